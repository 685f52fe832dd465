// One group's chat: entries arrive over server-sent events and are built as elements, never as HTML
// text; whatever is tapped or written goes to the server as a happening.

import { renderFlex } from './flex.js';

const { group } = document.body.dataset;
const chat = document.querySelector('#chat');
const toast = document.querySelector('#toast');
const bangkok = { timeZone: 'Asia/Bangkok' };
let lastDay = '';
let shown = [];

function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

const chosenMember = () => Number(document.querySelector('#member')?.value ?? 1);

function say(text) {
  toast.textContent = text;
  toast.classList.add('shown');
  clearTimeout(say.timer);
  say.timer = setTimeout(() => toast.classList.remove('shown'), 4000);
}

async function happen(happening) {
  const answer = await fetch(`/groups/${group}/happenings`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(happening),
  });
  if (!answer.ok) {
    say('ดำเนินการในกลุ่มนี้ไม่ได้');
    return null;
  }
  return answer.json();
}

// What a tap does: postbacks go to the webhook, links open, texts are written by the member.
async function act(action) {
  const member = chosenMember();
  if (action.type === 'uri' && /^https?:/i.test(action.uri)) {
    window.open(action.uri, '_blank', 'noopener');
  } else if (action.type === 'message') {
    await happen({ type: 'message', member, text: action.text });
  } else if (action.type === 'postback') {
    const report = await happen({ type: 'postback', member, data: action.data, display_text: action.displayText });
    if (report) {
      const status = report.status === null ? 'ระบบปลายทางยังไม่ตอบ' : `ระบบปลายทางตอบ ${report.status}`;
      say(`สมาชิก ${member} กด “${action.label ?? 'ปุ่ม'}” แล้ว · ${status}`);
    }
  }
}

function linked(text) {
  const parts = text.split(/(https?:\/\/[^\s]+)/);
  return parts.map((part, n) => {
    if (n % 2 === 0) return part;
    const link = element('a', '', part);
    Object.assign(link, { href: part, target: '_blank', rel: 'noopener' });
    return link;
  });
}

function renderMessage(message) {
  switch (message.type) {
    case 'text':
    case 'textV2':
      return element('p', 'bubble', ...linked(message.text));
    case 'flex':
      return renderFlex(message.contents, act);
    case 'image': {
      const image = element('img', 'picture');
      Object.assign(image, { src: message.previewImageUrl, alt: 'รูปภาพ' });
      return image;
    }
    default:
      return element('p', 'bubble', message.altText ?? message.title ?? `[${message.type}]`);
  }
}

function timeOf(at) {
  const time = element('time', '', at.toLocaleTimeString('th-TH', { ...bangkok, hour: '2-digit', minute: '2-digit' }));
  time.dateTime = at.toISOString();
  return time;
}

function renderEntry(entry) {
  const at = new Date(entry.at);
  if (entry.kind === 'notice') return [element('p', 'notice', entry.text)];
  const own = entry.kind === 'member' && entry.member === chosenMember();
  const messages = entry.messages ?? [{ type: 'text', text: entry.text }];
  return messages.map((message, n) => {
    const body = element('div', 'line', renderMessage(message), timeOf(at));
    const row = element('article', own ? 'row own' : 'row');
    if (!own && n === 0) row.append(element('span', `avatar ${entry.kind}`), element('h2', '', entry.name));
    row.append(body);
    return row;
  });
}

function renderDay(at) {
  const day = at.toLocaleDateString('th-TH', { ...bangkok, weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' });
  if (day === lastDay) return [];
  lastDay = day;
  return [element('p', 'notice day', day)];
}

function clear() {
  lastDay = '';
  shown = [];
  chat.replaceChildren();
}

function show(entries) {
  shown.push(...entries);
  const atEnd = chat.scrollHeight - chat.scrollTop - chat.clientHeight < 120;
  for (const entry of entries) {
    chat.append(...renderDay(new Date(entry.at)), ...renderEntry(entry));
  }
  if (atEnd) chat.scrollTop = chat.scrollHeight;
}

const live = new EventSource(`/groups/${group}/live`);
live.addEventListener('message', (event) => show(JSON.parse(event.data)));
live.addEventListener('cleared', clear);

// Another member sees other lines as their own; as the number is typed, because on leaving the field the tap that
// left it would fall on a button that is being replaced.
document.querySelector('#member')?.addEventListener('input', () => {
  const entries = shown;
  clear();
  show(entries);
});

document.querySelector('#composer')?.addEventListener('submit', async (event) => {
  event.preventDefault();
  const input = document.querySelector('#text');
  const text = input.value.trim();
  if (text && (await happen({ type: 'message', member: chosenMember(), text }))) input.value = '';
});

const inBase64 = (file) => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.addEventListener('load', () => resolve(reader.result.slice(reader.result.indexOf(',') + 1)));
  reader.addEventListener('error', () => reject(reader.error));
  reader.readAsDataURL(file);
});

// Files go to the account one by one, as LINE sends them; pictures that are chosen together are a set.
document.querySelector('#media')?.addEventListener('change', async (event) => {
  const files = [...event.target.files];
  const pictures = files.filter((file) => file.type.startsWith('image/'));
  const set = crypto.randomUUID().replaceAll('-', '');
  for (const file of files) {
    const kind = file.type.startsWith('image/') ? 'image' : file.type.startsWith('video/') ? 'video' : 'file';
    const media = { kind, content: await inBase64(file), media_type: file.type || 'application/octet-stream', name: file.name };
    if (kind === 'image' && pictures.length > 1) {
      media.set = { id: set, index: pictures.indexOf(file) + 1, total: pictures.length };
    }
    if (kind === 'video') media.prepared_after = 5;
    await happen({ type: 'direct_media', member: chosenMember(), media });
  }
  event.target.value = '';
});

document.querySelector('#invitation')?.addEventListener('submit', async (event) => {
  event.preventDefault();
  if (await happen({ type: 'join', channel: document.querySelector('#channel').value })) location.reload();
});

for (const button of document.querySelectorAll('[data-happening]')) {
  button.addEventListener('click', async () => {
    const happening = JSON.parse(button.dataset.happening);
    if ('member' in happening) happening.member = chosenMember();
    if (await happen(happening)) location.reload();
  });
}
