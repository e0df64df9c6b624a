/** Colours of the theme; `line` is a contrast border where the theme has one. Nothing is told by colour alone. */
export const colors = {
  ink: 'var(--vscode-editor-foreground)',
  faint: 'var(--vscode-descriptionForeground)',
  line: 'var(--vscode-contrastBorder, var(--vscode-descriptionForeground))',
  paper: 'var(--vscode-editor-background)',
  calm: 'var(--vscode-charts-blue)',
  here: 'var(--vscode-focusBorder)',
  alarm: 'var(--vscode-charts-red)',
} as const;

/** Font of names and numbers, and its size and width of a character, pixels. */
export const mono = { family: 'var(--vscode-editor-font-family, monospace)', size: 11, advance: 6.7 } as const;

/** Text as it may stand in HTML and SVG, in attributes too. */
export function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** An element; attributes that are undefined are left out, and styles take the colours of the theme. */
export function element(name: string, attributes: Readonly<Record<string, string | number | undefined>>, ...children: readonly string[]): string {
  const written = Object.entries(attributes).flatMap(([key, value]) => (value === undefined ? [] : [` ${key}="${escape(typeof value === 'number' ? String(Math.round(value * 100) / 100) : value)}"`]));
  return `<${name}${written.join('')}>${children.join('')}</${name}>`;
}

/** A line of text; `width` cuts a monospaced one, which a tooltip then tells as a whole. */
export function label(x: number, y: number, text: string, options: { readonly fill?: string; readonly bold?: boolean; readonly prose?: boolean; readonly anchor?: 'middle' | 'end'; readonly width?: number } = {}): string {
  const room = options.width === undefined ? text.length : Math.max(1, Math.floor(options.width / mono.advance));
  const chars = [...text];
  const cut = chars.length > room ? `${chars.slice(0, room - 1).join('')}…` : text;
  return element('text', {
    x, y,
    'text-anchor': options.anchor,
    style: `fill:${options.fill ?? colors.ink};font-family:${options.prose === true ? 'var(--vscode-font-family)' : mono.family};font-size:${options.prose === true ? 12 : mono.size}px${options.bold === true ? ';font-weight:bold' : ''};white-space:pre`,
  }, ...(cut === text ? [] : [element('title', {}, escape(text))]), escape(cut));
}

/** A picture as it stands in a notebook: what it says in one sentence for who does not see it, and all of it as text below. Both may be wider than the page, and can be focused to be scrolled without a mouse. */
export function figure(picture: { readonly width: number; readonly height: number; readonly body: string; readonly says: string; readonly text: string; readonly textTitle: string }): string {
  const { width, height } = picture;
  const svg = element('svg', { role: 'img', 'aria-label': picture.says, width, height, viewBox: `0 0 ${Math.round(width)} ${Math.round(height)}`, style: 'display:block' }, picture.body);
  return element('div', { tabindex: 0, style: 'overflow-x:auto' }, svg)
    + element('details', { style: `color:${colors.ink}` }, element('summary', {}, escape(picture.textTitle)), element('pre', { tabindex: 0, style: `font-family:${mono.family};overflow-x:auto` }, escape(picture.text)));
}
