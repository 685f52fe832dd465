# Words of states, kinds and people, the same on every page.

delivery-state-waiting = รอกลุ่มระดับบน
delivery-state-held = รอส่งต่อ
delivery-state-ready = อยู่ในคิว
delivery-state-sending = กำลังส่ง
delivery-state-parked = พักการส่ง
delivery-state-accepted = LINE รับข้อความแล้ว
delivery-state-seen = พบข้อความในกลุ่ม
delivery-state-failed = ส่งไม่สำเร็จ
delivery-state-unreachable = ส่งเข้ากลุ่มไม่ได้
delivery-state-declined = แจ้งว่าไม่เกี่ยวข้อง
delivery-state-withdrawn = ยกเลิกก่อนส่ง
delivery-state-expired = พ้นกำหนดส่ง
reported-seen = รายงานแทน: เห็นประกาศแล้ว
reported-acknowledged = รายงานแทน: รับทราบแล้ว

bulletin-state-draft = ฉบับร่าง
bulletin-state-submitted = รออนุมัติ
bulletin-state-scheduled = รอเวลาเผยแพร่
bulletin-state-relaying = กำลังส่งต่อ
bulletin-state-settled = สิ้นสุดการส่งแล้ว
bulletin-state-withdrawn = ยกเลิกแล้ว

kind-news = ข่าวราชการหรือข้อสั่งการ
kind-correction = ประกาศแก้ไข
kind-withdrawal = ประกาศยกเลิก
kind-test = ทดสอบ
kind-drill = ฝึกซ้อม
kind-digest = ชุดข่าวรวม

urgency-routine = ปกติ
urgency-urgent = ด่วน
urgency-very-urgent = ด่วนมาก
urgency-most-urgent = ด่วนที่สุด

actor-person = ผู้ใช้ { $name }
actor-key = ระบบ { $name }
actor-time = ครบเวลาที่กำหนด ระบบส่งต่อเอง
actor-program = ระบบ ({ $name })

# The heading of the second column that a file has for one value.
file-code = { $name } (รหัส)

way-word-push = ส่งอัตโนมัติ
way-word-listen = ส่งต่อด้วยมือ
way-word-listen-then-push = ส่งต่อด้วยมือ แล้วส่งส่วนที่เหลือ
