/** A button that fetches a file with the reader's session and hands it to the browser; a failure is said beside it. */
import { useMutation } from '@tanstack/react-query';

/** The button. */
export function DownloadButton({
  name,
  file,
  children,
}: {
  readonly name: string;
  readonly file: () => Promise<Blob>;
  readonly children: string;
}) {
  const download = useMutation({ mutationFn: async () => save(await file(), name) });
  return (
    <>
      <button
        type="button"
        className="button small"
        disabled={download.isPending}
        onClick={() => download.mutate()}
      >
        {children}
      </button>
      {download.error === null ? null : (
        <span role="alert" className="field-error">
          {download.error.message}
        </span>
      )}
    </>
  );
}

function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  link.click();
  // The browser reads the address after this turn.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
