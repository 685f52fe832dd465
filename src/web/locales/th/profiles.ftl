# ชื่อและช่องทางเผยแพร่ของหน่วยงานผู้ออกประกาศ

profile-issuers = ข้อมูลเผยแพร่ของหน่วยงานผู้ออกประกาศ
profile-title = ข้อมูลเผยแพร่ของหน่วยงาน
profile-about = แสดงท้ายประกาศของหน่วยงาน ให้ผู้อ่านทุกคนเห็น
profile-issuers-none = ยังไม่มีหน่วยงานที่ออกประกาศ
profile-missing = ยังไม่มีข้อมูล
profile-name = ชื่อที่ใช้เผยแพร่
profile-name-help = เว้นว่างไว้หากใช้ชื่อหน่วยงานตามโครงสร้าง
profile-unit = กลุ่มงานที่ออกประกาศ
profile-unit-help = เช่น คณะทำงานประชาสัมพันธ์จังหวัด
profile-website = เว็บไซต์
profile-website-help = ที่อยู่เว็บที่ขึ้นต้นด้วย https://
profile-website-bad = โปรดกรอกที่อยู่เว็บที่ขึ้นต้นด้วย https://
profile-link-help = ที่อยู่เว็บของ { $hosts } ที่ขึ้นต้นด้วย https://
profile-link-bad = โปรดกรอกที่อยู่เว็บของ { $hosts } ที่ขึ้นต้นด้วย https://
profile-changed-since = มีผู้แก้ไขข้อมูลนี้หลังจากที่ท่านเปิดหน้านี้ ข้อมูลปัจจุบันแสดงอยู่ด้านล่าง
profile-save = บันทึกข้อมูล
said-profile-changed = บันทึกข้อมูลเผยแพร่ของหน่วยงานแล้ว
