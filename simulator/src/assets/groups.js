// The list of chats: times as people read them, and a fresh list when something arrives.

const bangkok = { timeZone: 'Asia/Bangkok' };
const dayOf = (at) => at.toLocaleDateString('th-TH', { ...bangkok, day: 'numeric', month: 'short' });
const timeOf = (at) => at.toLocaleTimeString('th-TH', { ...bangkok, hour: '2-digit', minute: '2-digit' });

function writeTimes() {
  const today = dayOf(new Date());
  for (const time of document.querySelectorAll('time[datetime]:not([datetime=""])')) {
    const at = new Date(time.dateTime);
    time.textContent = dayOf(at) === today ? timeOf(at) : dayOf(at);
  }
}

async function refresh() {
  const answer = await fetch(location.href);
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  document.querySelector('#groups').replaceWith(document.adoptNode(page.querySelector('#groups')));
  writeTimes();
}

writeTimes();
new EventSource('/live').addEventListener('changed', refresh);
