/**
 * What is personal and what is not, for the SDK (before it sends) and the server (before it writes), which know nothing of each
 * other: with all patterns on.
 */
export const personalTexts: readonly (readonly [text: string, cleaned: string])[] = [
  ["cannot mail to Ann.O+x@mail.example.co.uk, sorry", "cannot mail to [email], sorry"],
  ["from 203.0.113.7:443 to 2001:db8::1", "from [ip]:443 to [ip]"],
  ["card 4111 1111 1111 1111 and 378282246310005.", "card [card] and [card]."],
  ["378282246310005", "[card]"],
  ["postgres://ann:s3cret@db.example.com/x", "postgres://[redacted]@db.example.com/x"],
  ["postgres://ann:s3/cr+et=@db/x", "postgres://[redacted]@db/x"],
  ["cloning https://ghp_0123456789@github.com/x", "cloning https://[redacted]@github.com/x"],
  [
    "jdbc:postgresql://db/x?user=u&password=s3cret&ssl=true",
    "jdbc:postgresql://db/x?user=u&password=[redacted]&ssl=true",
  ],
  ["Server=db;User Id=u;Password=s3cret;", "Server=db;User Id=u;Password=[redacted];"],
  ["GET /x?api_key=abc&page=2&X-Amz-Signature=0a1b", "GET /x?api_key=[redacted]&page=2&X-Amz-Signature=[redacted]"],
  ['{"user": {"email": "x", "id": 7}}', '{"user": {"email": "[redacted]", "id": 7}}'],
  ["Authorization: Bearer 0123456789abcdefghij==", "Authorization: Bearer [redacted]"],
  ["got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcDEF_123", "got [redacted]"],
  ["jos\u00e9@example.com, ann@b\u00fccher.example", "[email], [email]"],
  ["connect to 2001:db8::1: refused; [2001:db8::1]:443", "connect to [ip]: refused; [[ip]]:443"],
  ["4111\u00a01111\u00a01111\u00a01111", "[card]"],
];

export const plainTexts: readonly string[] = [
  "4111111111111112", // check digit
  "20261120130000", // a time stamp
  "1.2.3", // a version
  "999.1.1.1",
  "at 12:34:56",
  "aa:bb:cc:dd:ee:ff",
  "std::ab",
  "127.0.0.1",
  "::1",
  "at f (file:///app/node_modules/pkg@1.2.3/a.js:12:34)",
  "2001-01-13T00:00:00.000Z",
  "12345678-1234-4123-8123-123456789012", // an id of digits
  "a41111111111111111f", // within a hash
  "abfss://raw@lake.dfs.core.windows.net/orders", // a container
  "postgres://reader@db.example.com/x", // an account
  "http://db.example.com:8080/a@b", // a port
  "mongodb://a:27017,b:27017/orders",
  "4006381333931", // an article
  "4111111111111116000", // too long for the check digit of its network
  "Ab::Cd",
  "select * from users where email=? and token=$1 and phone=:phone",
  "token_count=5",
  '{"email_sent": "yes"}',
  "basic understanding",
];

export const personalNames: readonly string[] = [
  "db_password",
  "DB_PASSWORD",
  "userEmail",
  "user-email",
  "customer.firstName",
  "aws_secret_access_key",
  "smtp.sessionToken",
  "http.request.header.x-api-key",
  "customer_social_security_number",
];

/** Attributes that only count, or say whether there is one. */
export const plainAttributes: Readonly<Record<string, string | number | boolean>> = {
  token_count: 3,
  "email.count": 3,
  has_email: true,
  emails_sent: "7",
  "pipeline.partition.key": "2026-11-20",
  primary_key: "id",
  "gen_ai.usage.tokens": 5,
};
