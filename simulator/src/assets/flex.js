// Flex Messages as elements, from the JSON that was pushed. Sizes and colours are set through the
// style object, which a strict content policy allows; no text ever becomes HTML.

const SPACES = { none: 0, xs: 2, sm: 4, md: 8, lg: 12, xl: 16, xxl: 20 };
const FONTS = { xxs: 11, xs: 13, sm: 14, md: 16, lg: 19, xl: 22, xxl: 29, '3xl': 35, '4xl': 48, '5xl': 74 };
const IMAGES = { xxs: 40, xs: 60, sm: 80, md: 100, lg: 120, xl: 140, xxl: 160, '3xl': 180, '4xl': 200, '5xl': 220 };
const BUBBLES = { nano: 120, micro: 160, deca: 220, hecto: 241, kilo: 260, mega: 300, giga: 386 };
const CORNERS = { none: 0, xs: 2, sm: 4, md: 8, lg: 12, xl: 16, xxl: 20 };
const BORDERS = { none: 0, light: 0.5, normal: 1, 'semi-bold': 2, medium: 3, bold: 4 };
const ENDS = { 'flex-start': 'flex-start', 'flex-end': 'flex-end', start: 'start', end: 'end', center: 'center' };

const length = (value, names) => (value in names ? `${names[value]}px` : /^[\d.]+(px|%)$/.test(value) ? value : '');
const color = (value) => (/^#[0-9a-f]{6}([0-9a-f]{2})?$/i.test(value ?? '') ? value : '');

function tappable(made, action, act) {
  if (!action) return made;
  made.classList.add('tappable');
  made.addEventListener('click', (event) => {
    event.stopPropagation();
    act(action);
  });
  return made;
}

function create(name, className) {
  const made = document.createElement(name);
  made.className = className;
  return made;
}

// Where a component stands in its box.
function place(made, component, box, first) {
  const horizontal = box.layout !== 'vertical';
  const grows = component.flex ?? (horizontal && component.type !== 'icon' && component.type !== 'separator' ? 1 : 0);
  made.style.flex = grows > 0 ? `${grows} 1 0` : '0 0 auto';
  if (!horizontal && grows > 0) made.style.flexBasis = 'auto';
  const margin = length(component.margin ?? (first ? 'none' : box.spacing ?? 'none'), SPACES);
  made.style[horizontal ? 'marginLeft' : 'marginTop'] = margin;
  if (component.gravity === 'center') made.style.alignSelf = 'center';
  if (component.gravity === 'bottom') made.style.alignSelf = 'flex-end';
  if (component.position === 'absolute') made.style.position = 'absolute';
  for (const [key, side] of [['offsetTop', 'top'], ['offsetBottom', 'bottom'], ['offsetStart', 'left'], ['offsetEnd', 'right']]) {
    if (component[key]) {
      made.style.position ||= 'relative';
      made.style[side] = length(component[key], SPACES);
    }
  }
}

function renderBox(box, act) {
  const made = create('div', `flex-box ${box.layout}`);
  const style = made.style;
  style.backgroundColor = color(box.backgroundColor);
  for (const [key, side] of [['paddingAll', 'padding'], ['paddingTop', 'paddingTop'], ['paddingBottom', 'paddingBottom'], ['paddingStart', 'paddingLeft'], ['paddingEnd', 'paddingRight']]) {
    if (box[key]) style[side] = length(box[key], SPACES);
  }
  if (box.cornerRadius) style.borderRadius = length(box.cornerRadius, CORNERS);
  if (box.borderWidth) style.border = `${length(box.borderWidth, BORDERS)} solid ${color(box.borderColor) || '#d4d6da'}`;
  if (box.width) style.width = length(box.width, {});
  if (box.height) style.height = length(box.height, {});
  if (box.maxWidth) style.maxWidth = length(box.maxWidth, {});
  if (box.justifyContent) style.justifyContent = box.justifyContent;
  if (box.alignItems in ENDS) style.alignItems = ENDS[box.alignItems];
  box.contents.forEach((component, n) => {
    const child = renderComponent(component, act, box);
    place(child, component, box, n === 0);
    made.append(child);
  });
  return tappable(made, box.action, act);
}

function styleText(made, text) {
  const style = made.style;
  if (text.size) style.fontSize = length(text.size, FONTS);
  style.color = color(text.color);
  if (text.weight) style.fontWeight = text.weight === 'bold' ? '700' : '400';
  if (text.style === 'italic') style.fontStyle = 'italic';
  if (text.decoration) style.textDecoration = text.decoration;
}

function renderText(text, act) {
  const made = create('p', text.wrap ? 'flex-text wrap' : 'flex-text');
  styleText(made, text);
  if (text.align) made.style.textAlign = text.align;
  if (text.lineSpacing) made.style.lineHeight = `calc(1.4em + ${length(text.lineSpacing, {})})`;
  if (text.wrap && text.maxLines) {
    made.classList.add('clamped');
    made.style.webkitLineClamp = String(text.maxLines);
  }
  for (const span of text.contents ?? []) {
    const part = create('span', '');
    part.textContent = span.text;
    styleText(part, span);
    made.append(part);
  }
  if (!text.contents?.length) made.textContent = text.text;
  return tappable(made, text.action, act);
}

function renderButton(button, act) {
  const made = create('button', `flex-button ${button.style ?? 'link'} ${button.height ?? 'md'}`);
  made.type = 'button';
  made.textContent = button.action.label;
  made.style[button.style === 'primary' || button.style === 'secondary' ? 'backgroundColor' : 'color'] = color(button.color);
  return tappable(made, button.action, act);
}

function renderImage(image, act) {
  const made = create('img', 'flex-image');
  Object.assign(made, { src: image.url, alt: '' });
  const size = image.size ?? 'md';
  made.style.width = size === 'full' ? '100%' : length(size, IMAGES);
  made.style.aspectRatio = (image.aspectRatio ?? '1:1').replace(':', ' / ');
  made.style.objectFit = image.aspectMode === 'cover' ? 'cover' : 'contain';
  made.style.backgroundColor = color(image.backgroundColor);
  return tappable(made, image.action, act);
}

function renderIcon(icon) {
  const made = create('img', 'flex-icon');
  Object.assign(made, { src: icon.url, alt: '' });
  made.style.height = length(icon.size ?? 'md', FONTS);
  return made;
}

function renderSeparator(separator) {
  const made = create('div', 'flex-separator');
  made.style.backgroundColor = color(separator.color);
  return made;
}

function renderComponent(component, act) {
  switch (component.type) {
    case 'box': return renderBox(component, act);
    case 'text': return renderText(component, act);
    case 'button': return renderButton(component, act);
    case 'image': return renderImage(component, act);
    case 'icon': return renderIcon(component);
    case 'separator': return renderSeparator(component);
    default: return create('div', 'flex-filler');
  }
}

function renderBubble(bubble, act) {
  const made = create('section', 'flex-bubble');
  made.style.width = `${BUBBLES[bubble.size] ?? BUBBLES.mega}px`;
  for (const block of ['header', 'hero', 'body', 'footer']) {
    if (!bubble[block]) continue;
    const style = bubble.styles?.[block] ?? {};
    if (style.separator) made.append(renderSeparator({ color: style.separatorColor }));
    const part = renderComponent(bubble[block], act);
    part.classList.add(`flex-${block}`);
    if (color(style.backgroundColor)) part.style.backgroundColor = style.backgroundColor;
    made.append(part);
  }
  return tappable(made, bubble.action, act);
}

/** The element for a Flex container; `act` is called with the action of whatever is tapped. */
export function renderFlex(container, act) {
  if (container.type !== 'carousel') return renderBubble(container, act);
  const made = create('div', 'flex-carousel');
  made.append(...container.contents.map((bubble) => renderBubble(bubble, act)));
  return made;
}
