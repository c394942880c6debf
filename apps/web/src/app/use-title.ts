/** The title of the browser's tab. */
import { useEffect } from 'react';

/** Sets the title while the page is shown. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Swath`;
  }, [title]);
}
