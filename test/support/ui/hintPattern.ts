/** A hint as it is read on the page: its Markdown drawn, and any text in place of values that are not given. White space counts once. */
export function hintPattern(hint: string, values: readonly string[] = []): RegExp {
  const drawn = hint.split(/(`[^`]*`)/).map((part) => (part.startsWith('`') ? part.slice(1, -1) : part.replaceAll(/\*+/g, ''))).join('');
  return new RegExp(drawn.split(/(\{\d\})/).map((part) => {
    const index = /^\{(\d)\}$/.exec(part)?.[1];
    const value = index === undefined ? part : values[Number(index)];
    return value === undefined ? '.+?' : value.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&').replaceAll(/\s+/g, '\\s+');
  }).join(''));
}
