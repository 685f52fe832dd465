// What has happened in the relay before the first page is opened.

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

/**
 * Publishes a letter that has come to its end, one that is withdrawn and one that waits in one province and went on in
 * another; writes a draft; takes the account out of a group.
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
  await fetch(`${relay.lineUrl}/control/groups/${LINE_GROUPS['gcc2-moi']}/account`, { method: 'DELETE' });
  const invitation = await invite(relay, 'newcomer', 'steward', 'chiangmai-commerce', 'พาณิชย์จังหวัดเชียงใหม่');
  return { letter, withdrawn, waiting, draft, delivery, invitation };
}
