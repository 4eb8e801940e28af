export { heapLimit, type HeapLimitOptions } from "./heap-limit.ts";
export { profile, type ProfileOptions } from "./profile.ts";
export { whenSlow, type WhenSlowOptions } from "./when-slow.ts";
