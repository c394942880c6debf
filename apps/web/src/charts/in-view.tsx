/** Mounts its children when they come near the screen, so that hundreds of pictures cost what the visible ones cost. */
import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';

/** A place of `height` pixels until its children are needed. */
export function InView({ height, children }: { readonly height: number; readonly children: ReactNode }) {
  const place = useRef<HTMLDivElement>(null);
  const [isNear, setNear] = useState(false);
  useEffect(() => {
    if (place.current === null) return undefined;
    const observer = new IntersectionObserver(
      (entries) => setNear(entries.some((entry) => entry.isIntersecting)),
      { rootMargin: '200px' },
    );
    observer.observe(place.current);
    return () => observer.disconnect();
  }, []);
  return (
    <div ref={place} style={{ minHeight: height }}>
      {isNear ? children : null}
    </div>
  );
}
