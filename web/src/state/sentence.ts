import { RequestFailure } from "../api/request";
import { say } from "../text/text";

/** A failure as the sentence shown to the reader: the app's own where it gave one. */
export function sentenceOf(failure: unknown): string {
  const words = say.frame.failures;
  if (!(failure instanceof RequestFailure)) return words.unexpected;
  if (failure.said !== "") return failure.said;
  switch (failure.kind) {
    case "status":
      return words.status(failure.status);
    case "too-long":
      return words.tooLong;
    default:
      return words[failure.kind];
  }
}
