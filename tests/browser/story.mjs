// What has happened in the relay before the first page is opened.

import { readFile } from 'node:fs/promises';

import { invite } from './stage/people.mjs';
import { until } from './stage/process.mjs';
import { LINE_GROUPS } from './stage/relay.mjs';

const LETTER = {
  subject: 'การเตรียมความพร้อมรับสถานการณ์ฝนตกหนักและน้ำท่วมฉับพลัน',
  body: 'ด้วยกรมอุตุนิยมวิทยาคาดหมายว่า ระหว่างวันที่ ๒๔ – ๒๗ พฤศจิกายน จะมีฝนตกหนักบางแห่งในภาคเหนือ\n\n'
    + 'จึงขอให้ทุกจังหวัดตรวจสอบความพร้อมของเครื่องมือ เครื่องจักรกล และแจ้งเตือนประชาชนในพื้นที่เสี่ยงภัยให้ทราบล่วงหน้า\n\n'
    + 'จึงเรียนมาเพื่อพิจารณาดำเนินการในส่วนที่เกี่ยวข้องต่อไป',
  urgency: 'most_urgent',
  document_number: 'มท ๐๖๐๓/ว ๗๘๔๒',
  document_date: '๒๑ พฤศจิกายน ๒๕๖๙',
  links: [{ label: 'ประกาศกรมอุตุนิยมวิทยา', url: 'https://example.go.th/warning/42' }],
};

/** The relay as somebody with a key of this role sees it. */
async function withKey(relay, role) {
  const key = await relay.command('key', 'create', '--name', `browser-tests-${role}`, '--role', role);
  return Object.assign(Object.create(relay), { key });
}

/** One bulletin in each state before publishing: waiting for approval, approved, returned, waiting for its time. */
async function tellOfDrafts(relay) {
  const approver = await withKey(relay, 'approver');
  const drafts = {};
  for (const name of ['submitted', 'approved', 'returned', 'scheduled']) {
    drafts[name] = await relay.api('POST', '/bulletins', { subject: `ซักซ้อมความเข้าใจในการรายงานเหตุด่วน (${name})`, body: LETTER.body });
    if (name !== 'scheduled') await relay.api('POST', `/bulletins/${drafts[name].id}/submit`);
  }
  await approver.api('POST', `/bulletins/${drafts.approved.id}/approve`);
  await approver.api('POST', `/bulletins/${drafts.returned.id}/return`, { reason: 'โปรดระบุหน่วยงานที่ต้องรายงาน' });
  const at = new Date(Date.now() + 30 * 86_400_000).toISOString();
  await relay.api('POST', `/bulletins/${drafts.scheduled.id}/publish`, { at });
  return drafts;
}

/** A bulletin that the governor of Lamphun has said is not for the province. */
async function tellOfDeclined(relay) {
  const declined = await relay.publish({
    subject: 'ขอเชิญร่วมงานวันอนุรักษ์ทรัพยากรทางทะเล', body: LETTER.body, audience: { provinces: ['51'] },
  });
  await relay.accepted(declined, 'gcc1');
  await relay.api('POST', `/bulletins/${declined.id}/decline`, { into: ['gcc2-lamphun'], reason: 'จังหวัดไม่มีพื้นที่ติดทะเล' });
  const { items } = await relay.api('GET', `/bulletins/${declined.id}/deliveries?group=gcc2-lamphun`);
  return { ...declined, delivery: items[0].id };
}

/** A letter from outside in the register of Lamphun, received before its date, and endorsed. */
async function tellOfReceived(relay) {
  const received = await relay.api('POST', '/register', {
    office: 'lamphun', subject: 'การประชาสัมพันธ์เผยแพร่ผลงานของหน่วยงาน', from: 'สำนักเลขาธิการคณะรัฐมนตรี',
    document_number: 'ที่ นร ๐๕๐๕/ว ๕๐๐', document_date: '๒๒ ตุลาคม ๒๕๖๓', received_at: '2020-10-21T02:06:00Z', remark: 'ส่งทางไปรษณีย์',
  });
  for (const step of [
    { kind: 'propose', author: 'ผู้อำนวยการสำนักบริหารกลาง' },
    { kind: 'assign', author: 'ผู้ว่าราชการจังหวัด', assignee: 'กลุ่มงานบริหารทั่วไป' },
    { kind: 'done', author: 'หัวหน้ากลุ่มงานบริหารทั่วไป', text: 'ไปรษณีย์อิเล็กทรอนิกส์' },
  ]) await relay.api('POST', `/register/${received.id}/endorsements`, step);
  return received;
}

/** What offices of Lamphun sent up: a text, an infographic that was proposed, and one that was returned. */
async function tellOfSubmissions(relay) {
  const picture = await readFile(new URL('../../src/app/demo/infographic.jpg', import.meta.url));
  const answer = await fetch(`${relay.url}/api/v1/files`, { method: 'POST', headers: { authorization: `Bearer ${relay.key}` }, body: picture });
  const { file } = await answer.json();
  const material = {
    office: 'lamphun', topic: 'farmers', title: 'ลำไยลำพูนขายได้ราคาดีขึ้น', outcome: 'เกษตรกรขายลำไยผ่านจุดรับซื้อได้ราคาดีขึ้นทุกสัปดาห์',
    beneficiaries: 'เกษตรกรผู้ปลูกลำไย', figures: '1,250 ครัวเรือน',
  };
  const files = [{ file, alt: 'ราคาลำไยที่เพิ่มขึ้นสี่สัปดาห์' }];
  const [sent, proposed, returned] = [
    await relay.api('POST', '/submissions', material),
    await relay.api('POST', '/submissions', { ...material, files }),
    await relay.api('POST', '/submissions', { ...material, files }),
  ];
  await relay.api('POST', `/submissions/${proposed.id}/propose`);
  await relay.api('POST', `/submissions/${returned.id}/return`, { reason: 'โปรดระบุช่วงเวลาของตัวเลข' });
  return { sent, proposed, returned };
}

/**
 * Publishes a letter that has come to its end, one that is withdrawn, one that waits in one province and went on in
 * another, and one that is declined; writes drafts; names a deputy; takes the account out of a group.
 */
export async function tell(relay) {
  const letter = await relay.publish({ ...LETTER, forwarding: 'automatic' });
  await until('the letter to settle', async () => (await relay.api('GET', `/bulletins/${letter.id}/status`)).settled);
  const withdrawn = await relay.publish({
    subject: 'ขอเชิญประชุมทางไกล', body: 'ขอเชิญหัวหน้าส่วนราชการเข้าร่วมประชุมในวันศุกร์ เวลา ๙.๓๐ น.', urgency: 'urgent',
  });
  await relay.accepted(withdrawn, 'gcc1');
  await relay.api('POST', `/bulletins/${withdrawn.id}/withdraw`, { reason: 'เลื่อนการประชุม' });
  const waiting = await relay.publish({
    subject: 'การป้องกันและแก้ไขปัญหาฝุ่นละออง PM 2.5', body: `${LETTER.body}\n\n${LETTER.body}`, urgency: 'very_urgent',
    document_number: 'ทส ๐๓๐๓/ว ๓๔๒๗', document_date: '๒๐ พฤศจิกายน ๒๕๖๙',
  });
  await relay.accepted(waiting, 'gcc1');
  await relay.api('POST', `/bulletins/${waiting.id}/forward`, { into: ['gcc2-chiangmai'] });
  const { items } = await relay.api('GET', `/bulletins/${letter.id}/deliveries?group=gcc3-lamphun-commerce`);
  const delivery = items[0].id;
  const draft = await relay.api('POST', '/bulletins', { ...LETTER, subject: 'การรณรงค์ลดอุบัติเหตุทางถนนในช่วงวันหยุดยาว' });
  const [declined, drafts] = [await tellOfDeclined(relay), await tellOfDrafts(relay)];
  const [received, submissions] = [await tellOfReceived(relay), await tellOfSubmissions(relay)];
  await relay.api('POST', '/groups/gcc2-chiangmai/deputies', {
    title: 'รองผู้ว่าราชการจังหวัดเชียงใหม่', phone: '0-5300-0099',
    from: new Date(Date.now() - 86_400_000).toISOString(), until: new Date(Date.now() + 7 * 86_400_000).toISOString(),
  });
  await fetch(`${relay.lineUrl}/control/groups/${LINE_GROUPS['gcc2-moi']}/account`, { method: 'DELETE' });
  const invitation = await invite(relay, 'newcomer', 'steward', 'chiangmai-commerce', 'พาณิชย์จังหวัดเชียงใหม่');
  return { letter, withdrawn, waiting, declined, draft, ...drafts, received, submissions, delivery, invitation };
}
