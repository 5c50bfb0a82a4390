import { RequestFailure } from "../api/request";

/** A failure as the sentence shown to the reader. */
export function sentenceOf(failure: unknown): string {
  return failure instanceof RequestFailure ? failure.message : "Something unexpected went wrong.";
}
