/** Every error body of our own routes. */
export interface ErrorResponse {
  error: { code: string; message: string; hint?: string };
}
