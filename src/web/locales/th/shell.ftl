# What is around every page.
shell-product = ระบบส่งต่อประกาศ GCC
shell-skip = ข้ามไปยังเนื้อหา
shell-other-language = English
shell-ways = เมนูหลัก
shell-menu = เมนู
shell-bulletins = การส่งประกาศ
shell-office-work = งานสำนักงาน
shell-upkeep = ผังหน่วยงานและระบบ
shell-signed-in-as = เข้าสู่ระบบในชื่อ { $name }
shell-sign-out = ออกจากระบบ
# how the title of a page begins on which something was typed wrongly
shell-error = ข้อผิดพลาด
shell-faults = ยังดำเนินการไม่ได้ โปรดแก้ไขข้อมูลตามรายการต่อไปนี้
shell-failed-times = { $shown } ครั้ง
shell-failed = มีผู้พยายามเข้าสู่ระบบด้วยชื่อผู้ใช้ของท่านจากอุปกรณ์อื่นแต่ไม่สำเร็จ { $times } ตั้งแต่ { $since } หากไม่ใช่ท่าน รหัสผ่านของท่านยังปลอดภัย แต่โปรดตรวจสอบรายการอุปกรณ์ในหน้าบัญชีของฉัน
shell-failed-seen = รับทราบ
shell-recovery-used = มีการใช้รหัสกู้คืนของท่านเข้าสู่ระบบเมื่อ { $at } หากไม่ใช่ท่าน โปรดเปลี่ยนรหัสผ่านและตั้งค่าการยืนยันตัวตนขั้นที่ ๒ ใหม่ทันที
said-failures-seen = บันทึกแล้วว่าท่านรับทราบ

role-admin = ผู้ดูแลระบบ
role-publisher = ผู้จัดทำประกาศ
role-approver = ผู้อนุมัติประกาศ
role-steward = ผู้ส่งต่อประกาศ
role-operator = เจ้าหน้าที่ศูนย์ปฏิบัติการ
role-agency = หน่วยงาน
role-coordinator = ผู้ประสานงาน

home-title = หน้าหลัก

# What cannot be shown or done.
refused-home = กลับหน้าหลัก
refused-forbidden-title = ท่านไม่มีสิทธิ์ใช้หน้านี้
refused-forbidden-text = หน้านี้สงวนไว้สำหรับผู้มีหน้าที่อื่น หากท่านจำเป็นต้องใช้งาน โปรดติดต่อผู้ดูแลระบบ
refused-absent-title = ไม่พบหน้าที่ต้องการ
refused-absent-text = ไม่มีข้อมูลนี้ หรือข้อมูลอยู่นอกขอบเขตหน่วยงานของท่าน
refused-conflict-title = ดำเนินการไม่ได้ในขณะนี้
refused-conflict-text = สถานะของรายการเปลี่ยนไปแล้ว โปรดเปิดหน้านั้นใหม่เพื่อดูสถานะล่าสุด
refused-input-title = ข้อมูลไม่ถูกต้อง
refused-input-text = ระบบรับข้อมูลที่ส่งมาไม่ได้ และยังไม่มีสิ่งใดเปลี่ยนแปลง
refused-often-title = ดำเนินการบ่อยเกินกำหนด
refused-often-text = ยังไม่มีสิ่งใดเปลี่ยนแปลง โปรดรอแล้วลองอีกครั้งภายหลัง
refused-away-title = ระบบไม่พร้อมให้บริการชั่วคราว
refused-away-text = โปรดลองอีกครั้งในอีกสักครู่ ข้อมูลเดิมยังอยู่ครบถ้วน
refused-defect-title = เกิดข้อผิดพลาดในระบบ
refused-defect-text = ระบบได้บันทึกข้อผิดพลาดนี้ไว้แล้ว โปรดลองอีกครั้ง

# The first page, for whoever comes by chance.
landing-title = ระบบส่งต่อประกาศของรัฐบาล (GCC)
landing-lead = ส่งข่าวสารและข้อสั่งการของรัฐบาลลงไปตามกลุ่ม LINE ๓ ระดับ และตรวจสอบได้ทุกขณะว่า LINE รับข้อความของแต่ละกลุ่มแล้วเมื่อใด หรือติดขัดที่ขั้นตอนใด และผู้ใดต้องดำเนินการ
landing-sign-in = เข้าสู่ระบบสำหรับผู้มีหน้าที่
landing-tiers = ลำดับการส่งต่อประกาศ
landing-one-who = สำนักนายกรัฐมนตรี
landing-one-how = ส่งไปยังผู้ว่าราชการจังหวัดและปลัดกระทรวง
landing-two-who = ผู้ว่าราชการจังหวัดและปลัดกระทรวง
landing-two-how = ส่งต่อไปยังหัวหน้าส่วนราชการ
landing-three-who = หัวหน้าส่วนราชการ
landing-three-how = ส่งต่อไปยังข้าราชการและเจ้าหน้าที่ทุกคน
landing-receipt = ทุกกลุ่มมีหลักฐานว่า LINE รับข้อความแล้วเมื่อใด และมีผู้กดรับทราบกี่คน ทั้งนี้ ระบบไม่แสดงว่าผู้ใดอ่านแล้ว เนื่องจาก LINE ไม่แจ้งข้อมูลดังกล่าว
landing-others = สำหรับบุคคลอื่น
landing-reader = ท่านที่ได้รับลิงก์ประกาศ โปรดเปิดจากข้อความในกลุ่ม LINE ของหน่วยงาน
landing-docs = เอกสาร API สำหรับผู้พัฒนาระบบของหน่วยงาน
