import { z } from "zod";
import { Secret } from "../model/secret.ts";

export const secret = z.string().transform((text) => new Secret(text));

/**
 * An object whose unknown keys are refused, those of Prometheus that have no counterpart here with the reason.
 * @param reasons by key
 */
export function objectWithout<Shape extends z.ZodRawShape>(shape: Shape, reasons: Readonly<Record<string, string>>) {
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== "unrecognized_keys") return undefined;
      const key = issue.keys[0] ?? "";
      const reason = reasons[key];
      return reason === undefined ? undefined : `${key} is not supported: ${reason}`;
    },
  });
}

const tlsVersion = z.enum(["TLS10", "TLS11", "TLS12", "TLS13"]);

const noSecretManager = "there is no secret manager here; name a file";
const secretReasons = Object.fromEntries(
  ["username", "password", "credentials", "ca", "cert", "key"].map((name) => [`${name}_ref`, noSecretManager]),
);

const tls = objectWithout(
  {
    ca: z.string().optional(),
    ca_file: z.string().optional(),
    cert: z.string().optional(),
    cert_file: z.string().optional(),
    key: secret.optional(),
    key_file: z.string().optional(),
    server_name: z.string().optional().describe("the name that the certificate must have"),
    insecure_skip_verify: z.boolean().default(false).describe("take any certificate"),
    min_version: tlsVersion.optional(),
    max_version: tlsVersion.optional(),
  },
  secretReasons,
).superRefine((value, context) => {
  for (const one of ["ca", "cert", "key"] as const) {
    if (value[one] === undefined || value[`${one}_file`] === undefined) continue;
    context.addIssue({ code: "custom", path: [one], message: `set ${one} or ${one}_file, not both` });
  }
  const hasCertificate = value.cert !== undefined || value.cert_file !== undefined;
  const hasKey = value.key !== undefined || value.key_file !== undefined;
  if (hasCertificate !== hasKey) {
    context.addIssue({
      code: "custom",
      message: "a client certificate needs both cert or cert_file and key or key_file",
    });
  }
});

/** Prometheus' `<http_config>`, the keys of targets and of discovery servers. */
export const httpClientShape = {
  basic_auth: objectWithout(
    {
      username: z.string().optional(),
      username_file: z.string().optional(),
      password: secret.optional(),
      password_file: z.string().optional(),
    },
    secretReasons,
  )
    .refine(({ username, username_file }) => username === undefined || username_file === undefined, {
      error: "set username or username_file, not both",
    })
    .refine(({ password, password_file }) => password === undefined || password_file === undefined, {
      error: "set password or password_file, not both",
    })
    .optional(),
  authorization: objectWithout(
    {
      type: z.string().min(1).default("Bearer"),
      credentials: secret.optional(),
      credentials_file: z.string().optional(),
    },
    secretReasons,
  )
    .refine(({ credentials, credentials_file }) => credentials === undefined || credentials_file === undefined, {
      error: "set credentials or credentials_file, not both",
    })
    .refine(({ type }) => type.toLowerCase() !== "basic", {
      error: "use basic_auth for the type basic",
      path: ["type"],
    })
    .optional(),
  bearer_token: secret.optional().describe("deprecated by Prometheus for authorization"),
  bearer_token_file: z.string().optional().describe("deprecated by Prometheus for authorization"),
  tls_config: tls.prefault({}),
  follow_redirects: z.boolean().default(true),
  enable_http2: z.boolean().default(true).describe("taken for Prometheus' sake; requests use HTTP/1.1"),
  http_headers: z
    .record(
      z.string(),
      z.strictObject({
        values: z.array(z.string()).default([]),
        secrets: z.array(secret).default([]),
        files: z.array(z.string()).default([]),
      }),
    )
    .default({})
    .describe("further headers of each request"),
};

export const httpClientReasons: Readonly<Record<string, string>> = {
  oauth2: "use authorization with credentials_file, and renew the token in that file",
  proxy_url: "requests go to their target directly",
  proxy_from_environment: "requests go to their target directly",
  no_proxy: "requests go to their target directly",
  proxy_connect_header: "requests go to their target directly",
};

type Auth = Partial<Record<"basic_auth" | "authorization" | "bearer_token" | "bearer_token_file", unknown>>;

/** At most one way to authenticate. */
export function checkAuth(value: Auth, context: z.RefinementCtx): void {
  const set = (["basic_auth", "authorization", "bearer_token", "bearer_token_file"] as const).filter(
    (key) => value[key] !== undefined,
  );
  const [first, second] = set;
  if (first === undefined || second === undefined) return;
  context.addIssue({ code: "custom", path: [second], message: `set at most one of ${set.join(", ")}` });
}
