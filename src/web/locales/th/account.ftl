# One's own account.
account-link = บัญชีของฉัน
account-title = บัญชีของฉัน
account-role = หน้าที่
account-scope = ขอบเขต
account-scope-whole = ทั้งประเทศ
account-scope-office = { $office } และหน่วยงานในสังกัด
account-valid-until = ใช้ได้ถึง
account-acts = สิ่งที่ท่านทำได้
account-duties = หน้าที่ใดทำสิ่งใดได้บ้าง
account-duty = สิ่งที่ทำได้
account-may = ได้
account-may-not = –

account-act-read = ดูประกาศ กลุ่ม และสถานะการส่งในขอบเขตของตน
account-act-originate = จัดทำและเผยแพร่ประกาศของหน่วยงานตนเองถึงหน่วยงานในสังกัด
account-act-approve = อนุมัติประกาศที่ผู้อื่นจัดทำ หรือส่งคืนพร้อมเหตุผล
account-act-publish = จัดทำ แก้ไข และเผยแพร่ประกาศทุกฉบับ
account-act-withdraw = ยกเลิกประกาศที่เผยแพร่แล้วในขอบเขตของตน
account-act-forward = ส่งต่อประกาศเข้ากลุ่ม หรือแจ้งว่าไม่เกี่ยวข้อง
account-act-retry = สั่งส่งอีกครั้งเมื่อส่งไม่สำเร็จ และนำประกาศที่แจ้งว่าไม่เกี่ยวข้องกลับไปรอส่งต่อ
account-act-groups = ตั้งค่ากลุ่มและออกรหัสเชื่อมกลุ่ม LINE
account-act-channels = ดูแลช่องทาง LINE พักช่องทางและยกเลิกการพัก
account-act-keys = ออกและเพิกถอนกุญแจ API
account-act-accounts = สร้างและระงับบัญชีผู้ใช้ ออกลิงก์ตั้งรหัสผ่าน
account-act-audit = ดูและตรวจสอบบันทึกการใช้งานระบบ

account-password-title = เปลี่ยนรหัสผ่าน
account-password-effect = เมื่อเปลี่ยนแล้ว อุปกรณ์อื่นทั้งหมดจะออกจากระบบ
account-password-old = รหัสผ่านปัจจุบัน
account-password-button = เปลี่ยนรหัสผ่าน
account-password-wrong = รหัสผ่านปัจจุบันไม่ถูกต้อง
said-password-changed = เปลี่ยนรหัสผ่านแล้ว และออกจากระบบในอุปกรณ์อื่นทั้งหมดแล้ว

account-codes-on = เปิดใช้อยู่
account-codes-off = ยังไม่ได้เปิดใช้
account-codes-about = นอกจากรหัสผ่าน ระบบจะขอรหัส ๖ หลักจากแอปบนโทรศัพท์ของท่านทุกครั้งที่เข้าสู่ระบบ
account-codes-demanded = หน้าที่ของท่านจำเป็นต้องใช้ จึงปิดไม่ได้ แต่ย้ายไปโทรศัพท์เครื่องใหม่ได้
account-codes-begin = เริ่มตั้งค่า
account-codes-renew = ย้ายไปโทรศัพท์เครื่องใหม่
account-codes-remove = เลิกใช้รหัส ๖ หลัก
account-codes-how = โปรดเปิดแอปยืนยันตัวตนบนโทรศัพท์ (เช่น Google Authenticator) แล้วสแกนภาพนี้ จากนั้นกรอกรหัส ๖ หลักที่แอปแสดง ทั้งนี้ รหัสเดิมยังใช้ได้จนกว่าจะยืนยันรหัสใหม่
account-codes-confirm = ยืนยันและเริ่มใช้
account-codes-leave = กลับไปหน้าบัญชีโดยไม่เปลี่ยนแปลง
account-codes-late = ใช้เวลานานเกินไป โปรดเริ่มตั้งค่าใหม่
recovery-left = รหัสกู้คืนที่ยังใช้ได้ { $left } รหัส
recovery-renew = ออกรหัสกู้คืนชุดใหม่
recovery-no-codes = รหัสกู้คืนจะออกให้เมื่อตั้งค่าการยืนยันตัวตนขั้นที่ ๒
said-codes-set-up = เปิดใช้การยืนยันตัวตนขั้นที่ ๒ แล้ว
said-codes-taken-away = เลิกใช้การยืนยันตัวตนขั้นที่ ๒ แล้ว

account-provider-title = ผู้ให้บริการยืนยันตัวตน
account-provider-bound = ผูกไว้แล้ว
account-provider-unbound = ยังไม่ได้ผูก
account-provider-about = เมื่อผูกแล้ว ท่านเข้าสู่ระบบได้โดยยืนยันตัวตนกับผู้ให้บริการ ไม่ต้องใช้รหัสผ่าน
account-provider-since = ผูกเมื่อ { $at }
account-provider-used = ใช้ล่าสุด { $at }
account-provider-bind = ไปยืนยันตัวตนเพื่อผูก
account-provider-remove = ยกเลิกการผูก
said-provider-bound = ผูกกับผู้ให้บริการยืนยันตัวตนแล้ว
said-provider-unbound = ยกเลิกการผูกกับผู้ให้บริการยืนยันตัวตนแล้ว

account-devices-title = อุปกรณ์ที่เข้าสู่ระบบอยู่
account-devices-about = หากพบอุปกรณ์ที่ท่านไม่รู้จัก โปรดกดออกจากระบบที่อุปกรณ์นั้น แล้วเปลี่ยนรหัสผ่าน
account-device-on = { $browser } บน { $machine }
account-device-unknown = อุปกรณ์ที่ระบบไม่รู้จัก
account-device-this = อุปกรณ์นี้
account-device-used = ใช้ล่าสุด
account-device-remembered = จดจำไว้ ๓๐ วัน
account-device-sign-out-one = ออกจากระบบ: { $name }
account-devices-others = ออกจากระบบในอุปกรณ์อื่นทั้งหมด
said-device-signed-out = ออกจากระบบที่อุปกรณ์นั้นแล้ว
said-others-signed-out = ออกจากระบบในอุปกรณ์อื่นทั้งหมดแล้ว

account-language-title = ภาษา
