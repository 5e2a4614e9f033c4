// Elements, with their attributes and children. Texts are always texts, never markup.
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? '' : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

let pen = null;

// Width in pixels of a text as a drawing writes it.
export function width_of(text, size = 12) {
  pen ??= document.createElement('canvas').getContext('2d');
  pen.font = `${size}px ${kFont}`;
  return pen.measureText(text).width;
}

export const kFont = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
