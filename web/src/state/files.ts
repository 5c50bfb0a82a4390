// Files the reader takes along, and what is put on the clipboard.

/** How long the browser may take to begin reading a file of ours. */
const READ_MS = 60_000;

/** Offers `content` as a file to be saved. */
export function saveFile(name: string, type: string, content: string | Blob): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(url), READ_MS);
}

/** A file's name with the view and the time in it: `scope-containers-2026-11-20T10-04.csv`. */
export function fileName(view: string, ending: string, now: Date): string {
  const time = now.toISOString().slice(0, 16).replace(":", "-");
  return `scope-${view.replace(/[^a-z0-9-]/gi, "-")}-${time}.${ending}`;
}

/** Whether the text is on the clipboard; on plain HTTP from another machine browsers give none. */
export async function copyText(text: string): Promise<boolean> {
  if (navigator.clipboard === undefined) return false;
  return navigator.clipboard.writeText(text).then(
    () => true,
    () => false,
  );
}
