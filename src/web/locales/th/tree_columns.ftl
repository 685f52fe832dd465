# What people call the columns of the tree file that no page has a word for yet.
tree-office-code = รหัสหน่วยงาน
tree-line-group = รหัสกลุ่มของ LINE
tree-forward-within = เวลารอส่งต่อ (นาที)
tree-steward = ชื่อผู้ส่งต่อประกาศ
tree-steward-title = ตำแหน่งผู้ส่งต่อประกาศ
tree-steward-phone = โทรศัพท์ผู้ส่งต่อประกาศ
tree-deputy = ผู้ปฏิบัติหน้าที่แทน
tree-push-after = เวลารอก่อนบัญชีทางการส่งเข้ากลุ่ม (นาที)
