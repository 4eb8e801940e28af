/**
 * How far the end of one stage may lie after the start of the next although they ran one after the other. SDKs that read a
 * clock of whole milliseconds at a span's start and measure its end from there are up to one off at either side.
 */
export const clockSlackMs = 2;
