import type { ComponentChildren, VNode } from 'preact';

interface SheetProps {
  readonly id: string;
  readonly title: string;
  readonly about?: string;
  readonly width?: 'wide' | 'narrow';
  readonly children: ComponentChildren;
}

/** One subject of the page. */
export function Sheet({ id, title, about, width, children }: SheetProps): VNode {
  return (
    <section class={`sheet ${width ?? ''}`} id={id} aria-labelledby={`${id}-title`}>
      <header>
        <h2 id={`${id}-title`}>{title}</h2>
        {about !== undefined && <p>{about}</p>}
      </header>
      {children}
    </section>
  );
}
