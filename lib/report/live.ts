/** What the page about a lab that is up can do to it, as it is sent to the server. */
export type LiveAction =
  | { readonly kind: 'forget-sessions'; readonly node: string }
  | { readonly kind: 'cut' | 'heal'; readonly link: string }
  | { readonly kind: 'inactivity-timeout'; readonly seconds: number };

/** What the server says of it. */
export interface LiveAnswer {
  readonly problem?: string;
}
