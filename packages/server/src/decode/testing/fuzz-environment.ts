/** How many damaged payloads to try: some ten thousand, and a million or more in a long run. */
export const fuzzCount = Number(process.env["SIGHTGLASS_FUZZ_COUNT"] ?? 40_000);
