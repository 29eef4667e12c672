// What the console uses of htm/preact/standalone, which brings Preact but not its types.

/** A piece of the page. */
export interface Piece {
  readonly type: unknown
  readonly props: object
}

export function html(strings: TemplateStringsArray, ...values: unknown[]): Piece
export function h(type: unknown, props: object): Piece
export function render(piece: Piece, parent: Element): void

type SetState<T> = (next: T | ((before: T) => T)) => void
export function useState<T>(initial: T | (() => T)): [T, SetState<T>]
// biome-ignore lint/suspicious/noConfusingVoidType: an effect returns what ends it, or nothing
export function useEffect(effect: () => void | (() => void), dependencies?: readonly unknown[]): void
export function useLayoutEffect(effect: () => void, dependencies?: readonly unknown[]): void
export function useRef<T>(initial: T): { current: T }
export function useMemo<T>(compute: () => T, dependencies: readonly unknown[]): T
