<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="vi">
    <context>
        <name>hoso</name>
        <message>
            <location filename="../../desktop/ui/edges.py" />
            <source>THỰC HÀNH — không có giá trị pháp lý</source>
            <translation>PRACTICE — no legal effect</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/edges.py" />
            <location filename="../../desktop/ui/pages/home.py" />
            <source>Hôm nay</source>
            <translation>Today</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/edges.py" />
            <location filename="../../desktop/ui/pages/again.py" />
            <location filename="../../desktop/ui/pages/client.py" />
            <location filename="../../desktop/ui/pages/clients.py" />
            <source>Khách hàng</source>
            <translation>Clients</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/edges.py" />
            <location filename="../../desktop/ui/pages/signatures.py" />
            <location filename="../../desktop/ui/pages/signing/placing.py" />
            <source>Chữ ký</source>
            <translation>Signatures</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/edges.py" />
            <location filename="../../desktop/ui/pages/outbox.py" />
            <source>Hộp gửi</source>
            <translation>Outbox</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/edges.py" />
            <location filename="../../desktop/ui/pages/batch.py" />
            <source>Theo lô</source>
            <translation>In batches</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/edges.py" />
            <location filename="../../desktop/ui/frame.py" />
            <location filename="../../desktop/ui/pages/welcome.py" />
            <location filename="../../desktop/ui/system/tray.py" />
            <source>Hồ Sơ</source>
            <translation>Hồ Sơ</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/edges.py" />
            <location filename="../../desktop/ui/keys.py" />
            <source>Các trang</source>
            <translation>Places</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/edges.py" />
            <location filename="../../desktop/ui/pages/client.py" />
            <location filename="../../desktop/ui/pages/dossiers.py" />
            <source>Hồ sơ</source>
            <comment>many</comment>
            <translation>Dossiers</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/edges.py" />
            <location filename="../../desktop/ui/pages/procedures.py" />
            <source>Thủ tục</source>
            <comment>many</comment>
            <translation>Procedures</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/edges.py" />
            <source>{}, {} việc</source>
            <translation>{}, {} to do</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/edges.py" />
            <location filename="../../desktop/ui/keys.py" />
            <source>Quay lại</source>
            <translation>Back</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/edges.py" />
            <source>Quay lại (Esc)</source>
            <translation>Back (Esc)</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/edges.py" />
            <source>Đổ&amp;i khách hàng</source>
            <translation>S&amp;witch client</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/edges.py" />
            <source>Đổi khách hàng (Ctrl+Shift+K)</source>
            <translation>Switch client (Ctrl+Shift+K)</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/edges.py" />
            <source>Tìm mọi thứ (Ctrl+K)</source>
            <translation>Search (Ctrl+K)</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/edges.py" />
            <location filename="../../desktop/ui/keys.py" />
            <source>Tìm mọi thứ</source>
            <translation>Find anything</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/edges.py" />
            <location filename="../../desktop/ui/pages/help.py" />
            <source>Trợ giúp</source>
            <translation>Help</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/edges.py" />
            <source>Trợ giúp tại chỗ (F1)</source>
            <translation>Help right here (F1)</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/edges.py" />
            <location filename="../../desktop/ui/keys.py" />
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Cài đặt</source>
            <translation>Settings</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/edges.py" />
            <source>Cài đặt (Ctrl+,)</source>
            <translation>Settings (Ctrl+,)</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/attachments.py" />
            <source>Thả tệp vào đây</source>
            <translation>Drop files here</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/attachments.py" />
            <location filename="../../desktop/ui/filling/key_chooser.py" />
            <source>&amp;Chọn tệp…</source>
            <translation>C&amp;hoose…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/attachments.py" />
            <source>Nơi thả tệp</source>
            <translation>Place to drop files</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/attachments.py" />
            <location filename="../../desktop/ui/pages/sign.py" />
            <source>{} trang · {}</source>
            <translation>Pages: {} · {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/attachments.py" />
            <source> · đã ký số</source>
            <translation> · digitally signed</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/attachments.py" />
            <source>Xem</source>
            <translation>Show</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/attachments.py" />
            <location filename="../../desktop/ui/filling/file_field.py" />
            <source>Xem {}</source>
            <translation>Show {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/attachments.py" />
            <source>Bỏ ra</source>
            <translation>Take out</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/attachments.py" />
            <source>Bỏ {} ra khỏi hồ sơ</source>
            <translation>Take {} out of the dossier</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/attachments.py" />
            <source>Nhận tệp {}.</source>
            <translation>Accepts {}.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/attachments.py" />
            <source>Mỗi tệp không quá {}, {} trang.</source>
            <translation>Each file at most {}, {} pages.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/attachments.py" />
            <source>Đang xử lý {} tệp…</source>
            <translation>Files in work: {}…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/attachments.py" />
            <source>Không có giấy tờ nào.</source>
            <translation>No attachments.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/attachments.py" />
            <source>Chọn giấy tờ</source>
            <translation>Choose documents</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/attachments.py" />
            <location filename="../../desktop/ui/filling/file_field.py" />
            <location filename="../../desktop/ui/filling/importing.py" />
            <location filename="../../desktop/ui/filling/key_chooser.py" />
            <location filename="../../desktop/ui/pages/batch.py" />
            <source>Mọi tệp (*)</source>
            <translation>All files (*)</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/attachments.py" />
            <source>Giấy tờ (*.pdf *.jpg *.jpeg *.png *.heic)</source>
            <translation>Documents (*.pdf *.jpg *.jpeg *.png *.heic)</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/attachments.py" />
            <location filename="../../desktop/ui/filling/file_field.py" />
            <source>Không đọc được tệp {}. Hãy kiểm tra tệp rồi thử lại.</source>
            <translation>The file {} cannot be read. Check the file and try again.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/attachments.py" />
            <source>Đã bỏ {} ra khỏi hồ sơ.</source>
            <translation>{} was taken out of the dossier.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/checklist.py" />
            <source>Việc tiếp theo · Ctrl+Enter</source>
            <translation>Next step · Ctrl+Enter</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/checklist.py" />
            <source>việc tiếp theo</source>
            <translation>next step</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/checklist.py" />
            <source>đang mở</source>
            <translation>unfolded</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/checklist.py" />
            <source>Danh mục hồ sơ</source>
            <translation>Dossier checklist</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/checklist.py" />
            <location filename="../../desktop/ui/keys.py" />
            <source>Kiểm tra</source>
            <translation>Check</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/checklist.py" />
            <source>không có lỗi</source>
            <translation>no problems</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/checklist.py" />
            <source>còn thiếu hoặc có lỗi</source>
            <translation>something is missing or wrong</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/checklist.py" />
            <location filename="../../desktop/ui/pages/home.py" />
            <source>Ký</source>
            <translation>Sign</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/checklist.py" />
            <source>đã ký</source>
            <translation>signed</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/checklist.py" />
            <source>chưa ký</source>
            <translation>not signed</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/checklist.py" />
            <source>Nộp hoặc In</source>
            <translation>Submit or print</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/checklist.py" />
            <source>đã nộp{}</source>
            <translation>submitted{}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/checklist.py" />
            <source>chưa nộp</source>
            <translation>not submitted</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/checklist.py" />
            <source>xong</source>
            <translation>done</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/checklist.py" />
            <source>đang điền, {}/{} mục bắt buộc</source>
            <translation>being filled, {}/{} required fields</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/checklist.py" />
            <source>còn {} lỗi</source>
            <translation>Problems left: {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/checklist.py" />
            <source>chưa làm</source>
            <translation>not begun</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/checklist.py" />
            <source>không bắt buộc</source>
            <translation>optional</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/checklist.py" />
            <source>{} giấy tờ</source>
            <translation>Documents: {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/checklist.py" />
            <source>Không bắt buộc ({})</source>
            <translation>Optional ({})</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/checklist.py" />
            <source>đang gập</source>
            <translation>folded</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/fields.py" />
            <source>Mở danh sách</source>
            <translation>Open the list</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/fields.py" />
            <source>Mở danh sách (Alt+↓)</source>
            <translation>Open the list (Alt+↓)</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/fields.py" />
            <source>Hoàn tác</source>
            <translation>Undo</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/fields.py" />
            <source>Làm lại</source>
            <translation>Redo</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/fields.py" />
            <source>Sao chép</source>
            <translation>Copy</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/fields.py" />
            <source>Dán</source>
            <translation>Paste</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/fields.py" />
            <source>Chọn tất cả</source>
            <translation>Select all</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/file_field.py" />
            <source>Chọn tệp…</source>
            <translation>Choose files…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/file_field.py" />
            <source>hoặc thả, dán vào đây. {}; nhiều nhất {} tệp, mỗi tệp {}.</source>
            <translation>or drop, paste them here. {}; at most {} files of {} each.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/file_field.py" />
            <source>{}: chọn tệp</source>
            <translation>{}: choose files</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/file_field.py" />
            <source>Bỏ {}</source>
            <translation>Remove {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/file_field.py" />
            <source>Đang nhận {} tệp…</source>
            <translation>Taking {} files…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/file_field.py" />
            <source>Chọn tệp cho “{}”</source>
            <translation>Choose files for “{}”</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/file_field.py" />
            <source>Giấy tờ ({})</source>
            <translation>Papers ({})</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/file_field.py" />
            <source>ảnh dán</source>
            <translation>pasted picture</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/form_view.py" />
            <location filename="../../desktop/ui/filling/group.py" />
            <location filename="../../desktop/ui/filling/problem_bar.py" />
            <location filename="../../desktop/ui/pages/batch_rows.py" />
            <source>{} lỗi</source>
            <translation>Problems: {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/form_view.py" />
            <source>✓ đủ {} mục bắt buộc</source>
            <translation>✓ all {} required fields</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/form_view.py" />
            <source>{}/{} mục bắt buộc</source>
            <translation>{}/{} required fields</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/group.py" />
            <source>Thu gọn</source>
            <translation>Fold</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/group.py" />
            <source>Mở ra</source>
            <translation>Unfold</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/group.py" />
            <source>{}, đang mở; bấm để thu gọn</source>
            <translation>{}, unfolded; press to fold</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/group.py" />
            <source>{}, đã thu gọn; bấm để mở</source>
            <translation>{}, folded; press to unfold</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/group.py" />
            <location filename="../../desktop/ui/filling/problem_bar.py" />
            <location filename="../../desktop/ui/pages/batch_rows.py" />
            <source>{} cảnh báo</source>
            <translation>Warnings: {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/hand_over.py" />
            <source>Nộp trên trang của cổng, rồi nhập mã hồ sơ</source>
            <translation>File on the portal's page, then enter the code</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/hand_over.py" />
            <source>Các tệp nằm trong {}. Làm theo phiếu {}; trang {} đã mở trong trình duyệt.</source>
            <translation>The files are in {}. Follow the sheet {}; the page {} has been opened in the browser.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/hand_over.py" />
            <source>&amp;Mã hồ sơ cổng cấp</source>
            <translation>&amp;Code that the portal gave</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/hand_over.py" />
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>&amp;Lưu mã hồ sơ</source>
            <translation>Sa&amp;ve the dossier code</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/importing.py" />
            <location filename="../../desktop/ui/pages/batch.py" />
            <source>Chọn bảng tính</source>
            <translation>Choose a spreadsheet</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/importing.py" />
            <location filename="../../desktop/ui/pages/batch.py" />
            <source>Bảng tính (*.xlsx *.csv *.txt *.tsv)</source>
            <translation>Spreadsheets (*.xlsx *.csv *.txt *.tsv)</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/importing.py" />
            <location filename="../../desktop/ui/pages/batch.py" />
            <source>Không đọc được tệp này. Hãy kiểm tra đường dẫn và quyền đọc rồi thử lại.</source>
            <translation>This file cannot be read. Check the path and the right to read it, then try again.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/importing.py" />
            <source>Chưa nhập được bảng tính.</source>
            <translation>The spreadsheet was not imported.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/importing.py" />
            <source>Đang đọc {}…</source>
            <translation>Reading {}…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/importing.py" />
            <source>Đã nhập {} dòng từ {}; hoàn tác bằng Ctrl+Z.</source>
            <translation>{} rows imported from {}; Ctrl+Z undoes it.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/importing.py" />
            <source>Dòng {} của bảng tính: {}</source>
            <translation>Row {} of the spreadsheet: {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/importing.py" />
            <source>và {} ô nữa</source>
            <translation>and {} more cells</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/importing.py" />
            <source>Cột không thuộc bảng này nên không lấy: {}.</source>
            <translation>Columns that are not this table's were left out: {}.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/keeping.py" />
            <source>Đang lưu…</source>
            <translation>Saving…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/key_chooser.py" />
            <source>&amp;Tệp khóa</source>
            <translation>Key &amp;file</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/key_chooser.py" />
            <source>&amp;USB token</source>
            <translation>&amp;USB token</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/key_chooser.py" />
            <source>Ký từ &amp;xa</source>
            <translation>&amp;Remote signing</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/key_chooser.py" />
            <source>Tệp .p12 hoặc .pfx</source>
            <translation>.p12 or .pfx file</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/key_chooser.py" />
            <location filename="../../desktop/ui/pages/signatures.py" />
            <source>Chọn tệp khóa</source>
            <translation>Choose a key file</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/key_chooser.py" />
            <source>&amp;Mở khóa</source>
            <translation>Unloc&amp;k</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/key_chooser.py" />
            <source>Khóa phần mềm (tệp). Chương trình chỉ nhớ tệp nằm ở đâu.</source>
            <translation>Software key (file). The program remembers only where the file is.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/key_chooser.py" />
            <source>Tệp &amp;khóa</source>
            <translation>Key f&amp;ile</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/key_chooser.py" />
            <source>Dùng một lần để mở khóa, không bao giờ được lưu.</source>
            <translation>Used once to unlock the key, never stored.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/key_chooser.py" />
            <source>Mật kh&amp;ẩu của tệp khóa</source>
            <translation>&amp;Passphrase of the key file</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/key_chooser.py" />
            <source>Tìm &amp;lại token</source>
            <translation>&amp;Look for the token again</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/key_chooser.py" />
            <source>&amp;Vì sao không thấy chữ ký số?</source>
            <translation>&amp;Why is my signing key not shown?</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/key_chooser.py" />
            <source>Tài khoản ký số từ &amp;xa</source>
            <translation>Remote signing &amp;account</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/key_chooser.py" />
            <source>Xem &amp;chứng thư</source>
            <translation>See &amp;certificates</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/key_chooser.py" />
            <source>Chỉ mã băm của tài liệu được gửi đến dịch vụ.</source>
            <translation>Only the hashes of the documents are sent to the service.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/key_chooser.py" />
            <location filename="../../desktop/ui/pages/signatures.py" />
            <source>Mật khẩu của khóa thực hành: {}</source>
            <translation>Passphrase of the practice key: {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/key_chooser.py" />
            <source>Tệp khóa PKCS#12 (*.p12 *.pfx)</source>
            <translation>PKCS#12 key files (*.p12 *.pfx)</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/key_chooser.py" />
            <source>Hãy chọn tệp khóa trước.</source>
            <translation>Choose a key file first.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/key_chooser.py" />
            <source>Không đọc được tệp này. Hãy kiểm tra đường dẫn rồi thử lại.</source>
            <translation>This file cannot be read. Check the path and try again.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/key_chooser.py" />
            <source>Đang tìm USB token… Không cần mã PIN để xem chứng thư.</source>
            <translation>Looking for the USB token… No PIN is needed to see certificates.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/key_chooser.py" />
            <source>Thấy {} chứng thư trên USB token. Mã PIN chỉ hỏi khi ký.</source>
            <translation>Certificates found on the USB token: {}. The PIN is asked for only at signing.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/key_chooser.py" />
            <source>Chưa thấy chứng thư nào trên USB token. Hãy cắm token, chờ đèn sáng rồi tìm lại.</source>
            <translation>No certificate found on the USB token yet. Plug the token in, wait for its light, then look again.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/key_chooser.py" />
            <source>Đang hỏi dịch vụ {}…</source>
            <translation>Asking the service {}…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/key_chooser.py" />
            <source>Thấy {} chứng thư. Xác nhận khi ký.</source>
            <translation>Certificates found: {}. Confirm when signing.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/key_chooser.py" />
            <source>Chứng thư của {}</source>
            <translation>Certificate of {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/key_chooser.py" />
            <location filename="../../desktop/ui/pages/client.py" />
            <location filename="../../desktop/ui/pages/sign.py" />
            <source>Mã số thuế</source>
            <translation>Tax code</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/key_chooser.py" />
            <source>Số định danh</source>
            <translation>Identity number</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/key_chooser.py" />
            <source>Do ai cấp</source>
            <translation>Issued by</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/key_chooser.py" />
            <source>Có giá trị đến</source>
            <translation>Valid until</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/key_chooser.py" />
            <source>Nơi giữ khóa</source>
            <translation>Key kept in</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/key_chooser.py" />
            <location filename="../../desktop/ui/pages/signing/evidence.py" />
            <source>khóa phần mềm (tệp)</source>
            <translation>software key (file)</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/key_chooser.py" />
            <source>dịch vụ ký số từ xa {}</source>
            <translation>remote signing service {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/key_chooser.py" />
            <source>; mã PIN nhập trên token</source>
            <translation>; PIN entered on the token</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/key_chooser.py" />
            <source>USB token “{}”, số sê-ri {}{}</source>
            <translation>USB token “{}”, serial number {}{}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/notices.py" />
            <source>Thông báo của cổng luôn hiện trong chương trình này.</source>
            <translation>The portal's messages always show in this program.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/notices.py" />
            <source>Thêm thư điện tử</source>
            <translation>By e-mail too</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/notices.py" />
            <source>Thêm tin nhắn điện thoại</source>
            <translation>By text message too</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/notices.py" />
            <location filename="../../desktop/ui/pages/client.py" />
            <source>Thư điện tử nhận thông báo</source>
            <translation>E-mail for notices</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/notices.py" />
            <location filename="../../desktop/ui/pages/client.py" />
            <source>Số điện thoại nhận thông báo</source>
            <translation>Phone number for notices</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/notices.py" />
            <source>Khách hàng đồng ý: nhớ cho các hồ sơ sau</source>
            <translation>The client agrees: remember for later dossiers</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/notices.py" />
            <source>Đã lưu cách nhận thông báo.</source>
            <translation>How to be told is saved.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/opening.py" />
            <source>mã số thuế của khách hàng</source>
            <translation>the client's tax code</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/opening.py" />
            <source>tên khách hàng</source>
            <translation>the client's name</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/opening.py" />
            <source>địa chỉ của khách hàng</source>
            <translation>the client's address</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/opening.py" />
            <source>xã, phường của khách hàng</source>
            <translation>the client's ward or commune</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/opening.py" />
            <source>tỉnh, thành phố của khách hàng</source>
            <translation>the client's province or city</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/opening.py" />
            <source>điện thoại của khách hàng</source>
            <translation>the client's phone</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/opening.py" />
            <source>thư điện tử của khách hàng</source>
            <translation>the client's email</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/opening.py" />
            <source>số fax của khách hàng</source>
            <translation>the client's fax</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/opening.py" />
            <source>số định danh của khách hàng</source>
            <translation>the client's personal ID</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/opening.py" />
            <source>người đại diện theo pháp luật</source>
            <translation>the legal representative</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/opening.py" />
            <source>cơ quan thuế của khách hàng</source>
            <translation>the client's tax office</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/opening.py" />
            <source>mã đơn vị bảo hiểm xã hội</source>
            <translation>the social insurance unit code</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/opening.py" />
            <source>thông tin khách hàng</source>
            <translation>the client's facts</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/opening.py" />
            <source>Biểu mẫu này có phiên bản khác đang có hiệu lực ({}). Những gì thay đổi:</source>
            <translation>Another version of this template is in force ({}). What changes:</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/opening.py" />
            <source>• và {} thay đổi nữa</source>
            <translation>• and {} more</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/opening.py" />
            <source>Không chuyển sang được, cần nhập lại chỗ khác nếu còn cần:</source>
            <translation>What cannot be carried over; enter it again elsewhere if it is still needed:</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/opening.py" />
            <source>Mọi thứ đã nhập đều chuyển sang được.</source>
            <translation>Everything entered can be carried over.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/opening.py" />
            <source>từ {}</source>
            <translation>from {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/opening.py" />
            <source>{} kỳ {}</source>
            <translation>{} for {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/opening.py" />
            <source>Lấy {} từ {}</source>
            <translation>Take {} from {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/page_view.py" />
            <source>Trang in</source>
            <translation>Printed page</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/page_view.py" />
            <source>Đang in trang…</source>
            <translation>Printing the page…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/page_view.py" />
            <source>Trang trước</source>
            <translation>Previous page</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/page_view.py" />
            <source>Trang sau</source>
            <translation>Next page</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/page_view.py" />
            <source>Thu nhỏ</source>
            <translation>Smaller</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/page_view.py" />
            <source>Vừa bề ngang</source>
            <translation>Fit width</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/page_view.py" />
            <source>Phóng to</source>
            <translation>Larger</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/page_view.py" />
            <source>Trang {} trên {}</source>
            <translation>Page {} of {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/page_view.py" />
            <source>Cỡ {}; bấm để vừa bề ngang</source>
            <translation>Size {}; press to fit the width</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/problem_bar.py" />
            <source>Lỗi trước (Shift+F7)</source>
            <translation>Previous problem (Shift+F7)</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/problem_bar.py" />
            <source>Lỗi tiếp theo (F7)</source>
            <translation>Next problem (F7)</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/problem_bar.py" />
            <source>&amp;Kiểm tra (F9)</source>
            <translation>&amp;Check (F9)</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/problem_bar.py" />
            <source>Đã kiểm tra: không có lỗi</source>
            <translation>Checked: no problems</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/problem_bar.py" />
            <source>Chưa kiểm tra</source>
            <translation>Not checked</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/problem_bar.py" />
            <source>{}. Bấm để đến trường này</source>
            <translation>{}. Press to go to this field</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/repeat.py" />
            <source>Thêm {}</source>
            <translation>Add {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/repeat.py" />
            <source>Xóa</source>
            <translation>Remove</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/repeat.py" />
            <source>Xóa {}</source>
            <translation>Remove {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/report.py" />
            <location filename="../../desktop/ui/pages/batch.py" />
            <source>Đang kiểm tra…</source>
            <translation>Checking…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/report.py" />
            <source>Sẵn sàng để ký</source>
            <translation>Ready to be signed</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/report.py" />
            <source>Chưa sẵn sàng</source>
            <translation>Not ready</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/report.py" />
            <source>Lỗi</source>
            <translation>Problems</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/report.py" />
            <source>Cảnh báo</source>
            <translation>Warnings</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/report.py" />
            <location filename="../../desktop/ui/pages/review.py" />
            <location filename="../../desktop/ui/pages/sign.py" />
            <source>&amp;Ký hồ sơ</source>
            <translation>S&amp;ign dossier</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/row.py" />
            <source>Hướng dẫn (F1)</source>
            <translation>Help (F1)</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/row.py" />
            <location filename="../../desktop/ui/filling/table.py" />
            <source>Hướng dẫn cho {}</source>
            <translation>Help for {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/row.py" />
            <source>ƒ  {}</source>
            <translation>ƒ  {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/row.py" />
            <location filename="../../desktop/ui/filling/table_model.py" />
            <source> (bắt buộc)</source>
            <translation> (required)</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/row.py" />
            <source>Chưa xác nhận với nguồn chính thức.</source>
            <translation>Not confirmed against an official source.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/row.py" />
            <source>“{}” là số nào?</source>
            <translation>Which number is “{}”?</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/table.py" />
            <source>Cộng. {}</source>
            <translation>Total. {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/table.py" />
            <source>Cộng</source>
            <translation>Total</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/table.py" />
            <source>Thê&amp;m dòng</source>
            <translation>&amp;Add row</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/table.py" />
            <source>C&amp;hèn dòng trên</source>
            <translation>&amp;Insert row above</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/table.py" />
            <source>Xóa &amp;dòng</source>
            <translation>&amp;Delete row</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/table.py" />
            <source>Nhập từ &amp;bảng tính…</source>
            <translation>Import spreadshee&amp;t…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/table.py" />
            <source>Nhập {} từ bảng tính</source>
            <translation>Import {} from a spreadsheet</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/table.py" />
            <source>Tệp XLSX hoặc CSV, hàng đầu là tên cột như ở đây; cũng có thể dán ô từ bảng tính (Ctrl+V)</source>
            <translation>XLSX or CSV with the columns' names in its first row, as here; cells can be pasted too (Ctrl+V)</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/table.py" />
            <location filename="../../desktop/ui/pages/batch.py" />
            <source>{} dòng</source>
            <translation>Rows: {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/table_model.py" />
            <source>Dòng mới, {}: trống</source>
            <translation>New row, {}: empty</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/table_model.py" />
            <source>Dòng {}, {}: {}</source>
            <translation>Row {}, {}: {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/table_model.py" />
            <source>trống</source>
            <translation>empty</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/filling/table_model.py" />
            <source>Gõ vào đây để thêm dòng</source>
            <translation>Type here to add a row</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/finding.py" />
            <source>Trợ giúp · mã {}</source>
            <translation>Help · code {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/finding.py" />
            <source>Trợ giúp · hướng dẫn</source>
            <translation>Help · guide</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/finding.py" />
            <source>Tìm thấy</source>
            <translation>Found</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/finding.py" />
            <source>Khách hàng · MST {}</source>
            <translation>Client · tax code {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/finding.py" />
            <source>Thử ít từ hơn; có dấu hay không dấu đều được.</source>
            <translation>Try fewer words; with or without diacritics.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/finding.py" />
            <location filename="../../desktop/ui/pages/help.py" />
            <source>Không tìm thấy gì</source>
            <translation>Nothing found</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/frame.py" />
            <location filename="../../desktop/ui/pages/clients.py" />
            <source>Tất cả khách hàng</source>
            <translation>All clients</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/frame.py" />
            <location filename="../../desktop/ui/pages/client.py" />
            <location filename="../../desktop/ui/pages/clients.py" />
            <source>MST {}</source>
            <translation>Tax code {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/frame.py" />
            <source>Khách hàng: {} {}</source>
            <translation>Client: {} {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/frame.py" />
            <location filename="../../desktop/ui/keys.py" />
            <source>Đóng</source>
            <translation>Close</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/frame.py" />
            <source>Đang mở kho hồ sơ…</source>
            <translation>Opening the workspace…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/frame.py" />
            <source>Kho hồ sơ đã mở.</source>
            <translation>The workspace is open.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/frame.py" />
            <source>Hồ Sơ — đã khóa</source>
            <translation>Hồ Sơ — locked</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/frame.py" />
            <source>{} hồ sơ chờ gửi</source>
            <translation>Dossiers waiting to be sent: {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/frame.py" />
            <location filename="../../desktop/ui/pages/outbox.py" />
            <source>Hộp gửi trống</source>
            <translation>The outbox is empty</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/keys.py" />
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Đổi khách hàng</source>
            <translation>Change client</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/keys.py" />
            <source>Lập hồ sơ mới</source>
            <translation>New dossier</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/keys.py" />
            <location filename="../../desktop/ui/pages/again.py" />
            <source>Lập tiếp từ hồ sơ này</source>
            <translation>New dossier like this one</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/keys.py" />
            <source>Việc tiếp theo</source>
            <translation>Next step</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/keys.py" />
            <source>Trợ giúp tại chỗ</source>
            <translation>Help right here</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/keys.py" />
            <source>Lỗi sau, lỗi trước</source>
            <translation>Next, previous problem</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/keys.py" />
            <source>Ẩn, hiện trang in</source>
            <translation>Hide or show the printed page</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/keys.py" />
            <location filename="../../desktop/ui/system/printing.py" />
            <source>In</source>
            <translation>Print</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/keys.py" />
            <source>Hoàn tác, làm lại</source>
            <translation>Undo, redo</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/keys.py" />
            <source>Khóa kho</source>
            <translation>Lock the workspace</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/keys.py" />
            <source>Bảng phím tắt</source>
            <translation>Table of shortcuts</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/keys.py" />
            <source>Alt + chữ gạch chân</source>
            <translation>Alt + underlined letter</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/keys.py" />
            <source>Bấm nút</source>
            <translation>Press a button</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/keys.py" />
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Phím tắt</source>
            <translation>Keyboard shortcuts</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/letter_files.py" />
            <source>Tên đáng ngờ</source>
            <translation>Doubtful name</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/letter_files.py" />
            <source>Đang tải {}</source>
            <translation>Fetching {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/letter_files.py" />
            <source>Dừng tải</source>
            <translation>Stop</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/letter_files.py" />
            <source>Tải về</source>
            <translation>Download</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/letter_files.py" />
            <source>Lưu tệp…</source>
            <translation>Save file…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/letter_files.py" />
            <source>Mở tệp đã lưu</source>
            <translation>Open saved file</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/letter_files.py" />
            <source>Đã dừng tải; không giữ lại phần nào.</source>
            <translation>Stopped; no part of it was kept.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/letter_files.py" />
            <source>Đã tải {}; tệp đúng như cơ quan đã báo.</source>
            <translation>{} is here, and is what the agency announced.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/letter_files.py" />
            <source>Lưu tệp kèm thư</source>
            <translation>Save the file of the message</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/letter_files.py" />
            <source>Đã lưu tệp vào {}</source>
            <translation>The file was saved as {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/letter_files.py" />
            <location filename="../../desktop/ui/pages/follow.py" />
            <location filename="../../desktop/ui/system/crash.py" />
            <source>Không ghi được tệp: {}. Chọn thư mục khác.</source>
            <translation>The file cannot be written: {}. Choose another folder.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/accounts.py" />
            <source>Chưa ai đăng nhập ở cổng này.</source>
            <translation>Nobody is signed in at this portal.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/accounts.py" />
            <source>Đăng nhập bằng tài khoản khác</source>
            <translation>Sign in with another account</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/accounts.py" />
            <source>Đăng nhập</source>
            <translation>Sign in</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/accounts.py" />
            <source>Đăng ký tài khoản</source>
            <translation>Register an account</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/accounts.py" />
            <source>Lấy lại tài khoản</source>
            <translation>Recover an account</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/accounts.py" />
            <source>Được ủy quyền nộp cho: {}</source>
            <translation>Authorised to file for: {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/accounts.py" />
            <source>Cần đăng nhập lại</source>
            <translation>Needs signing in again</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/accounts.py" />
            <source>Đăng nhập lại</source>
            <translation>Sign in again</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/accounts.py" />
            <source>Đăng nhập lại: {}</source>
            <translation>Sign in again: {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/accounts.py" />
            <source>Đang dùng</source>
            <translation>In use</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/accounts.py" />
            <source>Dùng tài khoản này</source>
            <translation>Use this account</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/accounts.py" />
            <source>Dùng tài khoản {}</source>
            <translation>Use the account {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/accounts.py" />
            <source>Đăng xuất</source>
            <translation>Sign out</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/accounts.py" />
            <source>Đăng xuất {}</source>
            <translation>Sign out {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/accounts.py" />
            <source>Đang chờ trang đăng nhập trong trình duyệt. Chương trình không bao giờ hỏi mật khẩu của cổng.</source>
            <translation>Waiting for the sign-in page in the browser. The program never asks for the portal's password.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/accounts.py" />
            <source>Thôi chờ</source>
            <translation>Stop waiting</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/accounts.py" />
            <source>Trình duyệt không mở? Chép địa chỉ</source>
            <translation>The browser does not open? Copy the address</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/accounts.py" />
            <source>Đã đăng nhập: {}</source>
            <translation>Signed in: {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/accounts.py" />
            <source>Đã đăng xuất.</source>
            <translation>Signed out.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/accounts.py" />
            <source>Đã đăng xuất ở máy này; chưa báo được cho cổng, phiên ở đó sẽ tự hết hạn.</source>
            <translation>Signed out on this computer; the portal could not be told, its session will expire by itself.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/again.py" />
            <source>&amp;Khách hàng</source>
            <translation>&amp;Client</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/again.py" />
            <location filename="../../desktop/ui/pages/batch.py" />
            <source>10/2026 hoặc Q4/2026</source>
            <translation>10/2026 or Q4/2026</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/again.py" />
            <source>Kỳ &amp;mới</source>
            <translation>New &amp;period</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/again.py" />
            <location filename="../../desktop/ui/pages/dossiers.py" />
            <location filename="../../desktop/ui/pages/home.py" />
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>&amp;Lập hồ sơ</source>
            <translation>&amp;New dossier</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/again.py" />
            <source>{} (MST {})</source>
            <translation>{} (tax code {})</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/again.py" />
            <source>Giữ nội dung tờ khai, bỏ những gì nói về khách hàng cũ; điền thông tin của khách hàng mới.</source>
            <translation>What the form says is kept, what tells of the old client is left out; the new client's facts are filled in.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/again.py" />
            <source>Đây là kỳ ngay sau: số dư được chuyển sang, phần còn lại theo quy tắc của biểu mẫu.</source>
            <translation>This is the period right after: balances roll forward, the rest follows the form's own rules.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/again.py" />
            <source>Giữ lại những gì biểu mẫu cho giữ; số dư chỉ chuyển sang kỳ ngay sau.</source>
            <translation>What the form lets stay is kept; balances roll forward only to the period right after.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/again.py" />
            <source>Chữ ký, bản in và giấy tờ đính kèm không đi theo. Hồ sơ cũ không thay đổi.</source>
            <translation>Signatures, prints and attachments do not come along. The old dossier stays as it is.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/again.py" />
            <location filename="../../desktop/ui/pages/batch.py" />
            <source>Hãy ghi kỳ dạng 10/2026 hoặc Q4/2026.</source>
            <translation>Write the period as 10/2026 or Q4/2026.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch.py" />
            <source>tờ khai</source>
            <translation>form(s)</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch.py" />
            <source>Sẽ ký các tờ khai của khách hàng này trong lô; mã PIN chỉ hỏi một lần.</source>
            <translation>Signs this client's forms in the batch; the PIN is asked for only once.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch.py" />
            <source>Một biểu mẫu cho nhiều khách hàng, mỗi khách hàng một dòng của bảng tính.</source>
            <translation>One template for many clients, one row of a spreadsheet for each client.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch.py" />
            <source>Ghi &amp;lỗi ra bảng tính…</source>
            <translation>Write pro&amp;blems to a spreadsheet…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch.py" />
            <source>Kiểm t&amp;ra lại</source>
            <translation>Ch&amp;eck again</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch.py" />
            <source>&amp;Biểu mẫu</source>
            <translation>Te&amp;mplate</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch.py" />
            <location filename="../../desktop/ui/pages/review.py" />
            <source>Kỳ</source>
            <translation>Period</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch.py" />
            <source>Tạo bảng để đ&amp;iền…</source>
            <translation>Make a sheet to fill i&amp;n…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch.py" />
            <source>Chọn bản&amp;g tính…</source>
            <translation>Ch&amp;oose a spreadsheet…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch.py" />
            <source>XLSX hoặc CSV; cũng có thể kéo thả tệp vào đây.</source>
            <translation>XLSX or CSV; you can also drop the file here.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch.py" />
            <location filename="../../desktop/ui/pages/review.py" />
            <location filename="../../desktop/ui/system/printing.py" />
            <source>Tiến độ</source>
            <translation>Progress</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch.py" />
            <location filename="../../desktop/ui/pages/sign.py" />
            <location filename="../../desktop/ui/pages/signing/stopped.py" />
            <source>&amp;Dừng</source>
            <translation>S&amp;top</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch.py" />
            <source>Ký bằng khóa của từng khách hàng</source>
            <translation>Sign with each client's key</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch.py" />
            <source>Ký và &amp;nộp</source>
            <translation>Sign an&amp;d submit</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch.py" />
            <source>Chỉ ký, chưa nộ&amp;p</source>
            <translation>&amp;Sign only, submit later</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch.py" />
            <source>Lô đang chạy: hãy chờ xong hoặc bấm Dừng.</source>
            <translation>The batch is running: wait until it is done or press Stop.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch.py" />
            <source>Đã tạo {}.</source>
            <translation>{} is made.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch.py" />
            <source>Lỗi đã được ghi cạnh từng ô trong {}. Sửa ở đó rồi chọn tệp ấy.</source>
            <translation>The problems are written beside each cell in {}. Correct them there, then choose that file.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch.py" />
            <source>Lưu bảng tính</source>
            <translation>Save the spreadsheet</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch.py" />
            <source>Bảng tính (*.xlsx)</source>
            <translation>Spreadsheets (*.xlsx)</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch.py" />
            <source>Không ghi được {}. Hãy đóng tệp nếu đang mở, rồi thử lại.</source>
            <translation>{} cannot be written. Close the file if it is open, then try again.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch.py" />
            <location filename="../../desktop/ui/pages/sign.py" />
            <source>Tôi đã đọc và vẫn ký</source>
            <translation>I have read this and sign anyway</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch.py" />
            <source>{} đã nộp</source>
            <translation>Submitted: {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch.py" />
            <source>{} còn làm tiếp</source>
            <translation>To continue: {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch.py" />
            <source>{} cần sửa</source>
            <translation>To correct: {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch.py" />
            <source>Mở khóa của ít nhất một khách hàng rồi bấm Dùng khóa này.</source>
            <translation>Unlock the key of at least one client, then press Use this key.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch.py" />
            <location filename="../../desktop/ui/pages/sign.py" />
            <source>Còn điều cần xác nhận ở trên.</source>
            <translation>Something above still needs your confirmation.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch.py" />
            <source>Lô đang chạy…</source>
            <translation>The batch is running…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch.py" />
            <source>Đã dừng.</source>
            <translation>Stopped.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch_keys.py" />
            <source>Dùng khóa nà&amp;y</source>
            <translation>Use this ke&amp;y</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch_keys.py" />
            <location filename="../../desktop/ui/pages/sign.py" />
            <location filename="../../desktop/ui/pages/signing/evidence.py" />
            <source>Tự nộp</source>
            <translation>For oneself</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch_keys.py" />
            <location filename="../../desktop/ui/pages/client.py" />
            <location filename="../../desktop/ui/pages/sign.py" />
            <location filename="../../desktop/ui/pages/signing/evidence.py" />
            <source>Người đại diện theo pháp luật</source>
            <translation>Legal representative</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch_keys.py" />
            <location filename="../../desktop/ui/pages/sign.py" />
            <location filename="../../desktop/ui/pages/signing/evidence.py" />
            <source>Đại lý thuế</source>
            <translation>Tax agent</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch_keys.py" />
            <location filename="../../desktop/ui/pages/sign.py" />
            <location filename="../../desktop/ui/pages/signing/evidence.py" />
            <source>Nộp thay</source>
            <translation>Filing on behalf</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch_keys.py" />
            <source>Với tư các&amp;h</source>
            <translation>Signin&amp;g as</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch_keys.py" />
            <source>{} · {}: {} dòng</source>
            <translation>{} · {}: {} rows</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch_keys.py" />
            <source>Chưa có khóa của {} khách hàng: {}. Các dòng ấy sẽ chờ, có thể làm tiếp sau.</source>
            <translation>No signing key yet for {} clients: {}. Their rows will wait and can be continued later.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch_rows.py" />
            <source>Các dòng</source>
            <translation>Rows</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch_rows.py" />
            <source>Đã sửa trong chương trình</source>
            <translation>Corrected in the program</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch_rows.py" />
            <source>(chưa ghi khách hàng)</source>
            <translation>(no client given)</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch_rows.py" />
            <source>Dòng {}</source>
            <translation>Row {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch_rows.py" />
            <source>Kiểm tra đạt</source>
            <translation>Passed the check</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch_rows.py" />
            <source>Đã lập hồ sơ</source>
            <translation>Dossier made</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch_rows.py" />
            <location filename="../../desktop/ui/pages/review.py" />
            <location filename="../../desktop/ui/words.py" />
            <source>Đã ký</source>
            <translation>Signed</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch_rows.py" />
            <location filename="../../desktop/ui/words.py" />
            <source>Chờ gửi</source>
            <translation>Waiting to be sent</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch_rows.py" />
            <location filename="../../desktop/ui/words.py" />
            <source>Đã nộp</source>
            <translation>Submitted</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch_rows.py" />
            <location filename="../../desktop/ui/words.py" />
            <source>Bị từ chối</source>
            <translation>Refused</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch_rows.py" />
            <location filename="../../desktop/ui/pages/home.py" />
            <location filename="../../desktop/ui/words.py" />
            <source>Chưa rõ kết quả</source>
            <translation>Outcome unknown</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch_rows.py" />
            <source>Đã có hồ sơ cùng kỳ</source>
            <translation>Has a dossier for this period</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch_rows.py" />
            <source>Còn chờ</source>
            <translation>Still waiting</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/batch_rows.py" />
            <source>Không làm được</source>
            <translation>Cannot be done</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/client.py" />
            <source>Tên</source>
            <translation>Name</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/client.py" />
            <source>Địa chỉ</source>
            <translation>Address</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/client.py" />
            <source>Mã phường, xã</source>
            <translation>Ward or commune code</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/client.py" />
            <source>Mã tỉnh, thành phố</source>
            <translation>Province or city code</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/client.py" />
            <source>Điện thoại</source>
            <translation>Phone</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/client.py" />
            <source>Fax</source>
            <translation>Fax</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/client.py" />
            <source>Thư điện tử</source>
            <translation>Email</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/client.py" />
            <source>Cách nhận thông báo hồ sơ</source>
            <translation>How to be told of dossiers</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/client.py" />
            <source>Số định danh cá nhân</source>
            <translation>Personal ID number</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/client.py" />
            <source>Mã cơ quan thuế</source>
            <translation>Tax office code</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/client.py" />
            <source>Cơ quan thuế quản lý</source>
            <translation>Tax office</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/client.py" />
            <source>Mã đơn vị bảo hiểm xã hội</source>
            <translation>Social insurance unit code</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/client.py" />
            <source>Tài khoản ngân hàng</source>
            <translation>Bank account</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/client.py" />
            <source>Ngân hàng</source>
            <translation>Bank</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/client.py" />
            <source>bạn nhập</source>
            <translation>entered by you</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/client.py" />
            <source>tệp nhập vào</source>
            <translation>imported file</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/client.py" />
            <source>chứng thư số</source>
            <translation>digital certificate</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/client.py" />
            <source>tờ khai đã lập</source>
            <translation>a form made here</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/client.py" />
            <source>cổng dịch vụ công</source>
            <translation>public service portal</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/client.py" />
            <source>&amp;Làm cho khách hàng này</source>
            <translation>&amp;Work for this client</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/client.py" />
            <source>Lập &amp;hồ sơ</source>
            <translation>New &amp;dossier</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/client.py" />
            <source>&amp;Sửa</source>
            <translation>&amp;Edit</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/client.py" />
            <source>Đánh dấu những điều được dùng để điền sẵn vào tờ khai.</source>
            <translation>Tick what may be used to fill forms in advance.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/client.py" />
            <source>Thông tin</source>
            <translation>Facts</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/client.py" />
            <source>Chưa có hồ sơ nào.</source>
            <translation>No dossiers yet.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/client.py" />
            <source>Xóa khách hàng</source>
            <translation>Delete client</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/client.py" />
            <source>Xóa mọi thông tin, tờ khai, hồ sơ, biên nhận và kết quả của khách hàng này khỏi kho. Không lấy lại được; các bản sao lưu bạn cất nơi khác không bị đụng đến.</source>
            <translation>Deletes all facts, forms, dossiers, receipts and results of this client from the workspace. This cannot be undone; backups that you keep elsewhere are not touched.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/client.py" />
            <source>&amp;Xóa khách hàng…</source>
            <translation>Delete &amp;client…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/client.py" />
            <source>{}, {}</source>
            <translation>{}, {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/client.py" />
            <source>điền sẵn</source>
            <translation>fill in advance</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/client.py" />
            <source>Dùng {} để điền sẵn</source>
            <translation>Use {} to fill in advance</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/client.py" />
            <source>&amp;Lưu</source>
            <translation>&amp;Save</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/client.py" />
            <source>&amp;Bỏ thay đổi</source>
            <translation>Disca&amp;rd changes</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/client.py" />
            <source>Đã lưu thông tin khách hàng.</source>
            <translation>The client's facts are saved.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/client.py" />
            <source>Xóa vĩnh viễn {} cùng mọi hồ sơ? Gõ lại mã số thuế {} để xác nhận.</source>
            <translation>Delete {} for good with all dossiers? Type the tax code {} again to confirm.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/client.py" />
            <source>Gõ lại mã số thuế</source>
            <translation>Type the tax code again</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/client.py" />
            <source>Xóa vĩnh viễn</source>
            <translation>Delete for good</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/client.py" />
            <source>Giữ lại</source>
            <translation>Keep</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/client.py" />
            <source>Đã xóa: {} hồ sơ, {} tờ khai, {} tệp.</source>
            <translation>Deleted: {} dossiers, {} forms, {} files.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/clients.py" />
            <location filename="../../desktop/ui/pages/home.py" />
            <source>&amp;Thêm khách hàng</source>
            <translation>&amp;Add a client</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/clients.py" />
            <source>Tên hoặc mã số thuế, không cần gõ dấu</source>
            <translation>Name or tax code, diacritics not needed</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/clients.py" />
            <source>Tìm khách hàng</source>
            <translation>Find clients</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/clients.py" />
            <location filename="../../desktop/ui/pages/home.py" />
            <source>Chưa có khách hàng nào</source>
            <translation>No clients yet</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/clients.py" />
            <source>Thêm công ty hoặc cá nhân mà bạn nộp hồ sơ cho; mã số thuế và tên là đủ để bắt đầu.</source>
            <translation>Add a company or person that you file for; a tax code and a name are enough to begin.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/clients.py" />
            <location filename="../../desktop/ui/pages/welcome.py" />
            <source>Thêm khách hàng đầu tiên</source>
            <translation>Add the first client</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/clients.py" />
            <source>Làm cho khách hàng nào?</source>
            <translation>Which client to work for?</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/clients.py" />
            <source>Gõ vài chữ rồi Enter; Esc để quay lại.</source>
            <translation>Type a few letters, then Enter; Esc to go back.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/clients.py" />
            <location filename="../../desktop/ui/pages/dossiers.py" />
            <source>Đang làm</source>
            <translation>Working for</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/clients.py" />
            <source>Xem việc và hồ sơ của mọi người</source>
            <translation>See everybody's tasks and dossiers</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/clients.py" />
            <source>&amp;Mã số thuế hoặc số định danh</source>
            <translation>&amp;Tax code or personal ID</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/clients.py" />
            <source>10 số, 10 số-3 số cho chi nhánh, hoặc 12 số</source>
            <translation>10 digits, 10-3 digits for a branch, or 12 digits</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/clients.py" />
            <source>T&amp;ên</source>
            <translation>Na&amp;me</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/clients.py" />
            <source>Đúng như trên đăng ký kinh doanh hoặc căn cước</source>
            <translation>Exactly as on the business registration or identity card</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/clients.py" />
            <source>Đị&amp;a chỉ</source>
            <translation>A&amp;ddress</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/clients.py" />
            <source>Có thể bổ sung sau</source>
            <translation>Can be added later</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/clients.py" />
            <source>Đ&amp;iện thoại</source>
            <translation>&amp;Phone</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/clients.py" />
            <source>Khách hàng mới</source>
            <translation>New client</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/clients.py" />
            <source>&amp;Lưu khách hàng</source>
            <translation>&amp;Save client</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/clients.py" />
            <location filename="../../desktop/ui/pages/settings.py" />
            <location filename="../../desktop/ui/pages/signatures.py" />
            <location filename="../../desktop/ui/system/printing.py" />
            <source>&amp;Bỏ</source>
            <translation>Ca&amp;ncel</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/dossier.py" />
            <source>Hoàn tác (Ctrl+Z)</source>
            <translation>Undo (Ctrl+Z)</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/dossier.py" />
            <source>Làm lại (Ctrl+Y)</source>
            <translation>Redo (Ctrl+Y)</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/dossier.py" />
            <source>Lập tiếp cho kỳ khác hoặc khách hàng khác (Ctrl+Shift+N)</source>
            <translation>The same for another period or client (Ctrl+Shift+N)</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/dossier.py" />
            <source>Ẩn, hiện trang in (F8)</source>
            <translation>Hide or show the printed page (F8)</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/dossier.py" />
            <source>Đang mở hồ sơ…</source>
            <translation>Opening the dossier…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/dossier.py" />
            <source>Hồ sơ {}</source>
            <translation>Dossier {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/dossier.py" />
            <source>Đã lưu {}</source>
            <translation>Saved {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/dossier.py" />
            <source>Chưa lưu được những gì vừa gõ.</source>
            <translation>What you just typed could not be saved yet.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/dossier.py" />
            <source>Hồ sơ đã ký nên không sửa được nữa. Mở lại để sửa thì chữ ký bị bỏ và phải ký lại.</source>
            <translation>The dossier is signed and cannot be edited. Reopening it removes the signature, and it must be signed again.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/dossier.py" />
            <source>&amp;Mở lại để sửa</source>
            <translation>&amp;Reopen for editing</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/dossier.py" />
            <source>Hồ sơ đã nộp: đây là bản đã gửi, chỉ để xem.</source>
            <translation>The dossier is submitted: this is what was sent, to look at only.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/dossier.py" />
            <source>&amp;Chuyển sang phiên bản này</source>
            <translation>&amp;Move to this version</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/dossier.py" />
            <source>Tờ khai đã được chuyển sang phiên bản mới của biểu mẫu; bản trước khi chuyển vẫn còn.</source>
            <translation>The form was moved to the new version of its template; the form as it was before is kept.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/dossier.py" />
            <source>&amp;Quay lại bản trước</source>
            <translation>Back to the &amp;previous version</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/dossier.py" />
            <source>Chưa lập biểu mẫu này</source>
            <translation>This form is not begun yet</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/dossier.py" />
            <source>&amp;Lập biểu mẫu</source>
            <translation>&amp;Begin this form</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/dossier.py" />
            <source>{} bản chính</source>
            <translation>originals: {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/dossier.py" />
            <source>{} bản sao</source>
            <translation>copies: {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/dossier.py" />
            <source>Cần {}, bản điện tử.</source>
            <translation>Needed: {}, in electronic form.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/dossier.py" />
            <source> và </source>
            <translation> and </translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/dossier.py" />
            <source> Giấy tờ này sẽ được ký số cùng hồ sơ.</source>
            <translation> It will be signed with the dossier.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/dossier.py" />
            <source>Kiểm tra hồ sơ</source>
            <translation>Check the dossier</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/dossier.py" />
            <source>Những gì cổng hoặc cán bộ tiếp nhận sẽ trả lại, xem trước khi ký và nộp.</source>
            <translation>What the portal or the receiving officer would return it for, seen before you sign and submit.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/dossiers.py" />
            <location filename="../../desktop/ui/pages/home.py" />
            <source>Lập hồ sơ mới (Ctrl+N)</source>
            <translation>New dossier (Ctrl+N)</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/dossiers.py" />
            <source>&amp;Tra cứu và thư</source>
            <translation>&amp;Look up and letters</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/dossiers.py" />
            <source>Hỏi cổng theo mã hồ sơ hay số định danh; đọc thư của các cơ quan</source>
            <translation>Ask a portal by dossier code or ID number; read what agencies wrote</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/dossiers.py" />
            <source>Tìm theo thủ tục, kỳ, mã hồ sơ, tên hoặc mã số thuế; không cần gõ dấu</source>
            <translation>Find by procedure, period, dossier code, name or tax code; diacritics not needed</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/dossiers.py" />
            <source>Tìm hồ sơ</source>
            <translation>Find dossiers</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/dossiers.py" />
            <source>Tất cả</source>
            <translation>All</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/dossiers.py" />
            <source>Đã nộp, đang xử lý</source>
            <translation>Submitted, in process</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/dossiers.py" />
            <source>Đã xong</source>
            <translation>Done</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/dossiers.py" />
            <source>Chưa có hồ sơ nào</source>
            <translation>No dossiers yet</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/dossiers.py" />
            <source>Của tất cả khách hàng</source>
            <translation>Of all clients</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/dossiers.py" />
            <source>{} hồ sơ</source>
            <translation>Dossiers: {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <location filename="../../desktop/ui/pages/outbox.py" />
            <source>Theo dõi</source>
            <translation>Follow</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>Đã hỏi cổng lúc {}.</source>
            <translation>The portal was asked at {}.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <location filename="../../desktop/ui/pages/lookup.py" />
            <source>&amp;Hỏi cổng</source>
            <translation>&amp;Ask the portal</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>&amp;Mở hồ sơ</source>
            <translation>&amp;Open dossier</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>&amp;Lập tiếp…</source>
            <translation>New &amp;like this…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>Lập hồ sơ như hồ sơ này cho kỳ khác hoặc khách hàng khác (Ctrl+Shift+N)</source>
            <translation>Begin a dossier like this one for another period or client (Ctrl+Shift+N)</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>Cổng ghi: “{}”</source>
            <translation>The portal says: “{}”</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>Diễn biến</source>
            <translation>History</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>{}: {}. Biên nhận: {}</source>
            <translation>{}: {}. Receipt: {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>chưa có</source>
            <translation>none yet</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>còn {} ngày làm việc</source>
            <translation>{} working days left</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>cơ quan trễ hẹn {} ngày làm việc</source>
            <translation>the agency is {} working days late</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>đã chờ {} ngày</source>
            <translation>waited {} d so far</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>mới nộp hôm nay</source>
            <translation>submitted today</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>Mã hồ sơ</source>
            <translation>Dossier code</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>Tiếp nhận</source>
            <translation>Received</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>Hẹn trả</source>
            <translation>Result due</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>Biên nhận</source>
            <translation>Receipt</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>Có, chữ ký đúng</source>
            <translation>Yes, its signature is right</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>ký bởi khóa của cổng đã ghim</source>
            <translation>signed by the portal's pinned key</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>Có, chưa tin được</source>
            <translation>Yes, not trusted yet</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>chữ ký không phải của khóa đã ghim</source>
            <translation>the signature is not by the pinned key</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>Không có</source>
            <translation>None</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>mã do bạn nhập tay</source>
            <translation>code entered by hand</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>Chưa có</source>
            <translation>None yet</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>Đã gửi yêu cầu rút, chưa nhận được trả lời. Hãy hỏi cổng; gửi lại cũng an toàn.</source>
            <translation>The withdrawal was sent, no answer has come yet. Ask the portal; sending it again is safe, too.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>Cổng chưa ghi nhận yêu cầu rút đã gửi. Nếu vẫn muốn rút, hãy gửi lại.</source>
            <translation>The portal has no record of the withdrawal that was sent. If you still want it, send it again.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>Rút hồ sơ: cơ quan dừng xử lý. Hồ sơ trong kho và biên nhận vẫn được giữ.</source>
            <translation>Withdrawing: the agency stops processing. The dossier in the workspace and its receipt are kept.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>&amp;Rút hồ sơ…</source>
            <translation>&amp;Withdraw dossier…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>Đúng, &amp;rút hồ sơ này</source>
            <translation>Yes, &amp;withdraw this dossier</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>&amp;Không rút</source>
            <translation>Do &amp;not withdraw</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>Rút hồ sơ {}?</source>
            <translation>Withdraw the dossier {}?</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>Yêu cầu bổ sung</source>
            <translation>Supplement asked for</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>Hạn {} ({})</source>
            <translation>Due {} ({})</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>Cổng gửi lúc {}</source>
            <translation>Sent by the portal at {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>&amp;Bổ sung</source>
            <translation>S&amp;upplement</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>Đã mở lần nộp bổ sung; bản đã nộp và biên nhận giữ nguyên.</source>
            <translation>A supplement is begun; what was submitted and the receipt stay as they are.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <location filename="../../desktop/ui/pages/procedure.py" />
            <location filename="../../desktop/ui/pages/review.py" />
            <source>Phí, lệ phí</source>
            <translation>Fees</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>Bạn đã nộp tiền; cổng chưa xác nhận. Không nộp lại: chương trình tự hỏi cổng.</source>
            <translation>You have paid; the portal has not confirmed it yet. Do not pay again: the program asks the portal by itself.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>&amp;Nộp phí trên trang của cổng</source>
            <translation>&amp;Pay the fee on the portal's page</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>Cổng đang ghi nhận khoản nộp; chưa có xác nhận.</source>
            <translation>The portal is recording the payment; it is not confirmed yet.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>Trang thanh toán mở trong trình duyệt; chương trình chờ xác nhận của cổng.</source>
            <translation>The payment page opens in the browser; the program waits for the portal's confirmation.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>Thủ tục này nộp phí tại nơi tiếp nhận.</source>
            <translation>The fee of this procedure is paid at the receiving office.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Kết quả</source>
            <translation>Result</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>cấp {}</source>
            <translation>issued {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>Chưa tải</source>
            <translation>Not downloaded</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <location filename="../../desktop/ui/system/printing.py" />
            <source>&amp;Lưu…</source>
            <translation>&amp;Save…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>Lưu {}</source>
            <translation>Save {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>&amp;Tải kết quả và kiểm chữ ký</source>
            <translation>&amp;Download the result and check its signature</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>Chữ ký của kết quả chưa được xác nhận là hợp lệ; hãy hỏi lại cơ quan cấp.</source>
            <translation>The signature of the result is not confirmed as valid; ask the issuing agency.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>Đã nộp ở nơi khác?</source>
            <translation>Submitted elsewhere?</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>Nếu bạn đã nộp hồ sơ này trên trang của cổng hoặc tại Một cửa, nhập mã ghi trên biên nhận.</source>
            <translation>If you have submitted this dossier on the portal's page or at the one-stop office, enter the code on the receipt.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>Mã &amp;hồ sơ</source>
            <translation>Dossier &amp;code</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>Trạng thái chưa biết</source>
            <translation>Status unknown</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>{} (quay lại bước trước)</source>
            <translation>{} (back to an earlier step)</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>Thông báo của cơ quan</source>
            <translation>Letters from the agency</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>Mã {}; biên nhận lưu nguyên từng byte.</source>
            <translation>Code {}; the receipt is kept byte by byte.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>Nhận biên nhận</source>
            <translation>Receipt received</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>Chưa có diễn biến nào từ cổng.</source>
            <translation>Nothing from the portal yet.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>Đã mở trang thanh toán trong trình duyệt; đang chờ cổng xác nhận…</source>
            <translation>The payment page is open in the browser; waiting for the portal's confirmation…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>Cổng đã xác nhận khoản nộp; đã lưu biên lai.</source>
            <translation>The portal has confirmed the payment; its receipt is saved.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>Cổng chưa xác nhận khoản nộp; sẽ hỏi lại.</source>
            <translation>The portal has not confirmed the payment yet; it will be asked again.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>Đang tải kết quả và kiểm chữ ký…</source>
            <translation>Downloading the result and checking its signature…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>Đã tải {} kết quả.</source>
            <translation>Results downloaded: {}.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>Lưu kết quả</source>
            <translation>Save the result</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>Đã lưu kết quả vào {}</source>
            <translation>The result is saved to {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/follow.py" />
            <source>Đã lưu mã hồ sơ.</source>
            <translation>The dossier code is saved.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/help.py" />
            <source>Hướng dẫn</source>
            <translation>Guide</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/help.py" />
            <source>F1 ở mỗi trang mở đúng chỗ; Esc quay lại việc đang làm.</source>
            <translation>F1 on any page opens the right place; Esc goes back to your work.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/help.py" />
            <source>Tìm trong hướng dẫn, hoặc gõ mã lỗi</source>
            <translation>Search the guide, or type a code</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/help.py" />
            <source>Tìm trong trợ giúp</source>
            <translation>Search the help</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/help.py" />
            <source>Mục lục</source>
            <translation>Contents</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/help.py" />
            <source>Hướng dẫn: {}</source>
            <translation>Guide: {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/help.py" />
            <source>Chỗ có dấu … được thay bằng sự việc cụ thể khi điều này xảy ra.</source>
            <translation>Where … stands, the facts are told when this happens.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/help.py" />
            <source>Cần làm gì</source>
            <translation>What to do</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/help.py" />
            <source>Tất cả các mã</source>
            <translation>All codes</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/help.py" />
            <location filename="../../desktop/ui/pages/signing/doctor.py" />
            <source>Mã: {}</source>
            <translation>Code: {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/help.py" />
            <source>Tra lỗi theo mã</source>
            <translation>Messages by code</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/help.py" />
            <source>Gõ mã hoặc vài chữ của thông báo vào ô tìm, hoặc chọn ở đây.</source>
            <translation>Type a code or words of the message into the search field, or choose here.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/home.py" />
            <source>&amp;Xuất lịch…</source>
            <translation>E&amp;xport calendar…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/home.py" />
            <source>Ghi các hạn ra tệp lịch (.ics) để mở trong lịch của máy hoặc điện thoại</source>
            <translation>Write the due dates to a calendar file (.ics) for the calendar of your computer or phone</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/home.py" />
            <source>Thêm công ty hoặc cá nhân mà bạn nộp hồ sơ cho; mã số thuế là đủ để bắt đầu.</source>
            <translation>Add a company or person that you file for; a tax code is enough to begin.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/home.py" />
            <source>Hôm nay không còn việc gì</source>
            <translation>Nothing left to do today</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/home.py" />
            <source>Hồ sơ đến hạn, yêu cầu bổ sung, phí phải nộp và kết quả mới sẽ hiện ở đây.</source>
            <translation>Dossiers that are due, supplements asked for, fees to pay and new results appear here.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/home.py" />
            <source>Đến hạn</source>
            <translation>Due</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/home.py" />
            <source>Cần trả lời</source>
            <translation>Needs an answer</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/home.py" />
            <source>Kết quả mới</source>
            <translation>New results</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/home.py" />
            <source>Chứng thư sắp hết hạn</source>
            <translation>Certificates about to expire</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/home.py" />
            <source>Xem thêm {} việc</source>
            <translation>{} more</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/home.py" />
            <source>{}: {} việc</source>
            <translation>{}: {} to do</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/home.py" />
            <source>Xuất các hạn ra tệp lịch</source>
            <translation>Export the due dates to a calendar file</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/home.py" />
            <source>Tệp lịch (*.ics)</source>
            <translation>Calendar files (*.ics)</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/home.py" />
            <source>Đã ghi các hạn vào {}; mở tệp này bằng chương trình lịch.</source>
            <translation>The due dates are written to {}; open this file with a calendar program.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/home.py" />
            <source>không có hạn</source>
            <translation>no due date</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/home.py" />
            <location filename="../../desktop/ui/words.py" />
            <source>quá hạn {} ngày</source>
            <translation>{} d overdue</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/home.py" />
            <source>Làm tiếp</source>
            <translation>Continue</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/home.py" />
            <source>Xem và nộp</source>
            <translation>Review and submit</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/home.py" />
            <source>Nộp phí</source>
            <translation>Pay the fee</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/home.py" />
            <source>Bổ sung</source>
            <translation>Supplement</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/home.py" />
            <source>Xem lý do</source>
            <translation>See why</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/home.py" />
            <source>Xem hộp gửi</source>
            <translation>See the outbox</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/home.py" />
            <source>Xem kết quả</source>
            <translation>See the result</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/home.py" />
            <source>Xem chứng thư</source>
            <translation>See certificate</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/home.py" />
            <source>Thứ hai</source>
            <translation>Monday</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/home.py" />
            <source>Thứ ba</source>
            <translation>Tuesday</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/home.py" />
            <source>Thứ tư</source>
            <translation>Wednesday</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/home.py" />
            <source>Thứ năm</source>
            <translation>Thursday</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/home.py" />
            <source>Thứ sáu</source>
            <translation>Friday</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/home.py" />
            <source>Thứ bảy</source>
            <translation>Saturday</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/home.py" />
            <source>Chủ nhật</source>
            <translation>Sunday</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/lock.py" />
            <source>Mở kho hồ sơ</source>
            <translation>Open the workspace</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/lock.py" />
            <source>Kho hồ sơ đang khóa</source>
            <translation>The workspace is locked</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/lock.py" />
            <source>&amp;Mật khẩu của kho</source>
            <translation>Workspace &amp;passphrase</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/lock.py" />
            <source>M&amp;ở kho</source>
            <translation>Op&amp;en the workspace</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/lock.py" />
            <source>&amp;Quên mật khẩu?</source>
            <translation>&amp;Forgot the passphrase?</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/lock.py" />
            <source>Khóa của kho nằm trong kho khóa của hệ điều hành. Đăng nhập hoặc mở kho khóa đó rồi thử lại.</source>
            <translation>The workspace's key is in the operating system's keyring. Sign in or open that keyring, then try again.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/lock.py" />
            <source>&amp;Mở kho</source>
            <translation>&amp;Open the workspace</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/lock.py" />
            <source>Dùng mã &amp;khôi phục</source>
            <translation>Use the &amp;recovery code</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/lock.py" />
            <source>Gõ mã khôi phục đã chép ra giấy và đặt mật khẩu mới cho kho. Dữ liệu còn nguyên.</source>
            <translation>Type the recovery code that you wrote down and choose a new passphrase. Your data is intact.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/lock.py" />
            <source>Hoa hay thường, có gạch hay không đều được</source>
            <translation>Upper or lower case, with or without dashes</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/lock.py" />
            <source>Mã &amp;khôi phục</source>
            <translation>&amp;Recovery code</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/lock.py" />
            <source>&amp;Mật khẩu mới</source>
            <translation>New &amp;passphrase</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/lock.py" />
            <source>Ít nhất 8 ký tự</source>
            <translation>At least 8 characters</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/lock.py" />
            <source>&amp;Gõ lại mật khẩu mới</source>
            <translation>&amp;Type the new passphrase again</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/lock.py" />
            <source>Khôi &amp;phục và mở kho</source>
            <translation>Re&amp;cover and open the workspace</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/lock.py" />
            <location filename="../../desktop/ui/pages/welcome.py" />
            <source>&amp;Quay lại</source>
            <translation>&amp;Back</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/lock.py" />
            <location filename="../../desktop/ui/pages/settings.py" />
            <location filename="../../desktop/ui/pages/welcome.py" />
            <source>Mật khẩu cần ít nhất {} ký tự.</source>
            <translation>The passphrase needs at least {} characters.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/lock.py" />
            <location filename="../../desktop/ui/pages/settings.py" />
            <location filename="../../desktop/ui/pages/welcome.py" />
            <source>Hai lần gõ không giống nhau.</source>
            <translation>The two entries differ.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/lookup.py" />
            <source>Tra cứu và thư</source>
            <translation>Look up and letters</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/lookup.py" />
            <source>Mã hồ sơ, mã số thuế hoặc số định danh</source>
            <translation>Dossier code, tax code or ID number</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/lookup.py" />
            <source>Cổng trả lời về hồ sơ của tài khoản đang đăng nhập.</source>
            <translation>The portal answers for the account that is logged in.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/lookup.py" />
            <source>Hồ sơ cổng trả lời</source>
            <translation>Dossiers that the portal told</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/lookup.py" />
            <source>Thư của các cơ quan</source>
            <translation>Letters of the agencies</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/lookup.py" />
            <source>Chưa có thư nào.</source>
            <translation>No letters yet.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/lookup.py" />
            <source>Đang hỏi cổng…</source>
            <translation>Asking the portal…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/lookup.py" />
            <source>Cổng có {} hồ sơ.</source>
            <translation>The portal has {} dossiers.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/lookup.py" />
            <source>Cổng không thấy hồ sơ nào.</source>
            <translation>The portal has no such dossier.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/lookup.py" />
            <source>Hồ sơ này không do máy này nộp: xem chi tiết trên trang của cổng.</source>
            <translation>This dossier was not filed from this computer: see the portal's page.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/lookup.py" />
            <source>Chờ bổ sung</source>
            <translation>Papers wanted</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/lookup.py" />
            <source>Có đường dẫn lạ</source>
            <translation>Leads elsewhere</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/lookup.py" />
            <source>Tệp đáng ngờ</source>
            <translation>Doubtful file</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/lookup.py" />
            <source>Kèm {} tệp</source>
            <translation>Files: {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/other_portal.py" />
            <source>Thêm cổng kết nối theo cách khác</source>
            <translation>Add a portal of another kind</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/other_portal.py" />
            <source>Chỉ nhận trên trang web: nộp bằng tay</source>
            <translation>Takes dossiers on its web page only: filed by hand</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/other_portal.py" />
            <source>Dịch vụ sáu bước của cơ quan</source>
            <translation>An agency's six-step service</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/other_portal.py" />
            <source>Cách kết nối</source>
            <translation>Kind of connection</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/other_portal.py" />
            <source>Cơ quan bảo đảm mỗi mã chỉ có một hồ sơ và tra được ngay</source>
            <translation>The agency promises that a code names one dossier and can be looked up at once</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/other_portal.py" />
            <source>&amp;Cách kết nối</source>
            <translation>&amp;Kind of connection</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/other_portal.py" />
            <source>Tê&amp;n cổng</source>
            <translation>&amp;Name of the portal</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/other_portal.py" />
            <source>Địa chỉ t&amp;rang nộp hoặc dịch vụ</source>
            <translation>Add&amp;ress of the filing page or service</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/other_portal.py" />
            <source>Mã đơn vị tiếp nhận</source>
            <translation>Code of the receiving unit</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/other_portal.py" />
            <source>Mã kết nối do cơ quan cấp</source>
            <translation>Client id given by the agency</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/other_portal.py" />
            <source>Khóa kết nối</source>
            <translation>Client secret</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/other_portal.py" />
            <source>Thê&amp;m cổng này</source>
            <translation>A&amp;dd this portal</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/other_portal.py" />
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Đã thêm {}.</source>
            <translation>{} added.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/outbox.py" />
            <source>Hồ sơ được gửi lần lượt, mỗi hồ sơ đúng một lần.</source>
            <translation>Dossiers are sent one after the other, each exactly once.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/outbox.py" />
            <source>&amp;Gửi ngay</source>
            <translation>&amp;Send now</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/outbox.py" />
            <source>Tạm &amp;dừng</source>
            <translation>&amp;Pause</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/outbox.py" />
            <source>Cả những hồ sơ đã xong</source>
            <translation>Finished ones, too</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/outbox.py" />
            <source>Hộp gửi đang tạm dừng: chưa có hồ sơ nào được gửi cho tới khi bạn bấm “Gửi tiếp”.</source>
            <translation>The outbox is paused: no dossier is sent until you press “Resume”.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/outbox.py" />
            <source>Gửi &amp;tiếp</source>
            <translation>&amp;Resume</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/outbox.py" />
            <source>Hồ sơ đã ký và bấm Nộp sẽ chờ ở đây khi chưa có mạng, rồi tự gửi khi kết nối lại.</source>
            <translation>Dossiers that are signed and submitted wait here while there is no network, and are sent when it is back.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/outbox.py" />
            <source>Hồ sơ đang chờ bạn đăng nhập cổng</source>
            <translation>Dossiers wait for you to sign in at the portal</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/outbox.py" />
            <source>Hạn {}: {}</source>
            <translation>Due {}: {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/outbox.py" />
            <source>Rút khỏi hộp gửi</source>
            <translation>Withdraw from the outbox</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/outbox.py" />
            <source>Hỏi cổng ngay</source>
            <translation>Ask the portal now</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/outbox.py" />
            <source>Mở hồ sơ để sửa</source>
            <translation>Open the dossier to correct it</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/outbox.py" />
            <source>Xem hồ sơ</source>
            <translation>Show dossier</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/outbox.py" />
            <source>Đã gửi {} lần</source>
            <translation>Times sent: {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/outbox.py" />
            <source>Hẹn giờ gửi</source>
            <translation>Send at a set time</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/outbox.py" />
            <source>Giờ gửi: {}</source>
            <translation>Time to send: {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/outbox.py" />
            <source>Hẹn giờ này</source>
            <translation>Set this time</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/outbox.py" />
            <source>Bỏ hẹn, gửi ngay</source>
            <translation>Cancel the time, send now</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/outbox.py" />
            <source>Đến giờ đó máy phải đang bật, chương trình đang mở và có mạng.</source>
            <translation>At that time the computer must be on, the program open and the network there.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/outbox.py" />
            <source>Đã ghi giờ gửi.</source>
            <translation>The time to send is saved.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/outbox.py" />
            <source>Mã hồ sơ mà cổng cấp</source>
            <translation>Dossier code given by the portal</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/outbox.py" />
            <source>Mã hồ sơ tìm thấy ở cổng: {}</source>
            <translation>Dossier code found at the portal: {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/outbox.py" />
            <source>Đã thấy ở cổng: ghi mã này</source>
            <translation>Found at the portal: save this code</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/outbox.py" />
            <source>Đã ghi mã hồ sơ.</source>
            <translation>The dossier code is saved.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/outbox.py" />
            <source>Tôi đã tìm ở trang của cổng và chắc chắn chưa có hồ sơ này</source>
            <translation>I have looked at the portal's page and am sure that this dossier is not there</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/outbox.py" />
            <source>Gửi lại</source>
            <translation>Send again</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/outbox.py" />
            <source>Hồ sơ sẽ được gửi lại.</source>
            <translation>The dossier will be sent again.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/outbox.py" />
            <source>Đã tạm dừng hộp gửi.</source>
            <translation>The outbox is paused.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/outbox.py" />
            <source>Hộp gửi chạy tiếp.</source>
            <translation>The outbox goes on.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/outbox.py" />
            <source>Đang gửi…</source>
            <translation>Sending…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/outbox.py" />
            <source>Đã gửi xong: {} hồ sơ có biên nhận, {} chưa.</source>
            <translation>Sending done: with a receipt {}, without {}.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/outbox.py" />
            <source>Đã rút khỏi hộp gửi.</source>
            <translation>Withdrawn from the outbox.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Trực tiếp</source>
            <translation>In person</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Trực tuyến</source>
            <translation>Online</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Bưu chính công ích</source>
            <translation>Public post</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>ngày làm việc</source>
            <translation>working days</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>ngày</source>
            <translation>days</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>giờ</source>
            <translation>hours</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>giờ làm việc</source>
            <translation>working hours</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>tháng</source>
            <translation>months</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <location filename="../../desktop/ui/pages/review.py" />
            <source>Thủ tục</source>
            <translation>Procedure</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Danh mục không còn thủ tục {}.</source>
            <translation>The catalogue no longer has the procedure {}.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Thành phần hồ sơ</source>
            <translation>Components of the dossier</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Trình tự thực hiện</source>
            <translation>Steps</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Yêu cầu, điều kiện</source>
            <translation>Requirements, conditions</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Cách thực hiện</source>
            <translation>Ways to file</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Căn cứ pháp lý</source>
            <translation>Legal basis</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Ghi chú</source>
            <translation>Notes</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Mức độ cho phép những gì</source>
            <translation>What the level allows</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Nguồn: danh mục có chữ ký của cổng {}, kiểm lần cuối {}.</source>
            <translation>Source: signed catalogue of the portal {}, last checked {}.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Nguồn: bản ghi đi kèm chương trình.</source>
            <translation>Source: a record that comes with the program.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Nguồn: bản ghi nhập từ Cổng dịch vụ công quốc gia; chưa được ai ký.</source>
            <translation>Source: a record imported from the National Public Service Portal; nobody has signed it.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <location filename="../../desktop/ui/verdicts.py" />
            <source>chưa rõ</source>
            <translation>unknown</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Ai nộp</source>
            <translation>Who files</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <location filename="../../desktop/ui/pages/procedures.py" />
            <location filename="../../desktop/ui/pages/review.py" />
            <source>Cơ quan</source>
            <translation>Agency</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <location filename="../../desktop/ui/pages/procedures.py" />
            <source>Lĩnh vực</source>
            <translation>Field of work</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Thời hạn giải quyết</source>
            <translation>Time to decide</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Biểu mẫu</source>
            <translation>Templates</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Điền và in ngay tại đây: {}</source>
            <translation>Fill and print right here: {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Chương trình chưa lập được biểu mẫu nào của thủ tục này.</source>
            <translation>The program cannot make any form of this procedure yet.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Nơi tiếp nhận</source>
            <translation>Receiving office</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Lập hồ sơ</source>
            <translation>New dossier</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Đổi</source>
            <translation>Change</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Trường hợp chung</source>
            <translation>General case</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>&amp;Trường hợp</source>
            <translation>&amp;Case</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>&amp;Kỳ</source>
            <translation>&amp;Period</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Trực tuyến (bản điện tử)</source>
            <translation>Online (electronic copy)</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Nhận trực tiếp tại Một cửa</source>
            <translation>In person at the one-stop office</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Qua bưu chính công ích</source>
            <translation>By public post</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Cách &amp;nhận kết quả</source>
            <translation>How to &amp;receive the result</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Bản ghi này chưa có thành phần hồ sơ, nên chưa lập được hồ sơ.</source>
            <translation>This record has no components yet, so no dossier can be begun.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Hạn nộp {} ({})</source>
            <translation>Due {} ({})</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Cho {} (MST {})</source>
            <translation>For {} (tax code {})</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Chưa chọn khách hàng.</source>
            <translation>No client chosen.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>&amp;Chọn khách hàng</source>
            <translation>Choose a c&amp;lient</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Bản ghi không nêu thành phần hồ sơ.</source>
            <translation>The record names no components.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Giấy tờ</source>
            <translation>Document</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Bản chính</source>
            <translation>Original</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Bản sao</source>
            <translation>Copy</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Chuẩn bị thế nào</source>
            <translation>How to prepare it</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Mẫu trống trên cổng: {}</source>
            <translation>Blank template on the portal: {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Cơ quan đã có</source>
            <translation>The agency has it already</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Không phải nộp đến hết ngày {}, trừ khi cơ quan không tra được.</source>
            <translation>Need not be handed in until the end of {}, unless the agency cannot look it up.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Lập tại đây</source>
            <translation>Made here</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Đính kèm</source>
            <translation>Attach</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Khi có</source>
            <translation>When it applies</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Điền và in hồ sơ</source>
            <translation>Fill and print the dossier</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Nộp trực tuyến</source>
            <translation>Submit online</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Nộp phí, lệ phí trực tuyến</source>
            <translation>Pay fees online</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Nhận kết quả trực tuyến</source>
            <translation>Receive the result online</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>{}: được</source>
            <translation>{}: yes</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>{}: không. {}</source>
            <translation>{}: no. {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>Phí</source>
            <translation>Fee</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedure.py" />
            <source>không thu</source>
            <translation>free</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedures.py" />
            <source>Chọn thủ tục để xem hướng dẫn và lập hồ sơ.</source>
            <translation>Choose a procedure to read its guide and begin a dossier.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedures.py" />
            <source>&amp;Danh mục</source>
            <translation>&amp;Catalogue</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedures.py" />
            <source>Cập nhật hoặc nhập danh mục thủ tục</source>
            <translation>Update or import the catalogue of procedures</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedures.py" />
            <source>Cập nhật danh mục từ các cổng</source>
            <translation>Update the catalogue from the portals</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedures.py" />
            <source>Nhập tệp danh mục của Cổng quốc gia…</source>
            <translation>Import a catalogue file of the National Portal…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedures.py" />
            <source>Nhập thư mục danh mục…</source>
            <translation>Import a catalogue folder…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedures.py" />
            <source>Gõ tên hoặc mã thủ tục, có dấu hoặc không dấu</source>
            <translation>Type a procedure's name or code, with or without diacritics</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedures.py" />
            <source>Tìm thủ tục</source>
            <translation>Find procedures</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedures.py" />
            <source>Mức độ</source>
            <translation>Level</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedures.py" />
            <source>Không tìm thấy thủ tục nào</source>
            <translation>No procedures found</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedures.py" />
            <source>Thử ít từ hơn, hoặc nhập danh mục của Cổng dịch vụ công quốc gia.</source>
            <translation>Try fewer words, or import the catalogue of the National Public Service Portal.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedures.py" />
            <source>Mọi lĩnh vực</source>
            <translation>All fields of work</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedures.py" />
            <source>Mọi cơ quan</source>
            <translation>All agencies</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedures.py" />
            <source>Mọi mức độ</source>
            <translation>All levels</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedures.py" />
            <source>Mức độ {} ({})</source>
            <translation>Level {} ({})</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedures.py" />
            <source>{} thủ tục</source>
            <translation>Procedures: {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedures.py" />
            <source>Chọn tệp danh mục</source>
            <translation>Choose a catalogue file</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedures.py" />
            <source>Danh mục (*.tar.xz *.tar.gz *.tar);;Mọi tệp (*)</source>
            <translation>Catalogues (*.tar.xz *.tar.gz *.tar);;All files (*)</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedures.py" />
            <source>Chọn thư mục danh mục</source>
            <translation>Choose a catalogue folder</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedures.py" />
            <source>Đang nhập danh mục…</source>
            <translation>Importing the catalogue…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedures.py" />
            <source>Đang nhập danh mục: đã đọc {} thủ tục…</source>
            <translation>Importing the catalogue: {} procedures read…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedures.py" />
            <source>Đã nhập {} thủ tục, {} bản ghi đầy đủ; bỏ qua {}.</source>
            <translation>{} procedures imported, {} of them complete; {} skipped.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedures.py" />
            <source>Đang cập nhật danh mục từ các cổng…</source>
            <translation>Updating the catalogue from the portals…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedures.py" />
            <source>Danh mục của {} cổng đã được cập nhật và kiểm chữ ký.</source>
            <translation>The catalogues of {} portals are updated and their signatures checked.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/procedures.py" />
            <source>Chưa có cổng nào. Thêm cổng trong Cài đặt, hoặc nhập tệp danh mục.</source>
            <translation>No portals yet. Add one in Settings, or import a catalogue file.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>Xem lại và nộp</source>
            <translation>Review and submit</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>Cách nhận kết quả</source>
            <translation>How to receive the result</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>Nhận kết quả điện tử</source>
            <translation>Receive the result electronically</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>Nhận qua bưu chính công ích</source>
            <translation>Receive it by public post</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>Đến nhận trực tiếp</source>
            <translation>Collect it in person</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>Nộp tại cổng</source>
            <translation>File at the portal</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>&amp;Nộp hồ sơ</source>
            <translation>&amp;Submit dossier</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>&amp;In hồ sơ</source>
            <translation>&amp;Print dossier</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>&amp;Xuất thư mục…</source>
            <translation>&amp;Export folder…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <location filename="../../desktop/ui/pages/signing/evidence.py" />
            <source>Hồ sơ</source>
            <translation>Dossier</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>Những gì sẽ được gửi</source>
            <translation>What will be sent</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <location filename="../../desktop/ui/pages/sign.py" />
            <source>Đang xem hồ sơ…</source>
            <translation>Looking at the dossier…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>Đang làm dở: hãy chờ xong.</source>
            <translation>Work is under way: please wait until it is done.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>Sửa</source>
            <translation>Edit</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>Kiểm tra: không có lỗi</source>
            <translation>Check: no problems</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <location filename="../../desktop/ui/pages/sign.py" />
            <source>Khách hàng</source>
            <comment>one</comment>
            <translation>Client</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>Cách nhận thông báo</source>
            <translation>How to be told</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>{}, theo ủy quyền của khách hàng này</source>
            <translation>{}, authorised by this client</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>{}; cổng chưa cho biết ủy quyền nào của khách hàng này</source>
            <translation>{}; the portal has named no authorisation by this client</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>Nộp bằng tài khoản</source>
            <translation>Submit with the account</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>chưa rõ; cổng báo sau khi nhận hồ sơ</source>
            <translation>unknown; the portal says so once it has received the dossier</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>trong chương trình này</source>
            <translation>in this program</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>thư điện tử {}</source>
            <translation>e-mail {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>tin nhắn đến {}</source>
            <translation>text message to {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>Biểu mẫu, được in và ký ở bước Ký</source>
            <translation>A form, printed and signed in the step Sign</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>bản in PDF</source>
            <translation>PDF print</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>dữ liệu XML</source>
            <translation>XML data</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>giấy tờ đính kèm</source>
            <translation>attachment</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>Trong bản kê đã ký</source>
            <translation>In the signed manifest</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>Còn lỗi phải sửa trước khi in.</source>
            <translation>There are problems to correct before printing.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>Xuất bộ hồ sơ để &amp;nộp…</source>
            <translation>Ma&amp;ke the set of files for filing…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>Thủ tục này không nộp qua mạng được.</source>
            <translation>This procedure cannot be submitted online.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>Hãy in hồ sơ, ký và nộp tại nơi tiếp nhận.</source>
            <translation>Print the dossier, sign it and hand it in at the receiving office.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>Hồ sơ đã nộp. Mã hồ sơ: {}.</source>
            <translation>The dossier is submitted. Dossier code: {}.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <location filename="../../desktop/ui/pages/sign.py" />
            <source>&amp;Theo dõi</source>
            <translation>&amp;Follow</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>Hồ sơ chưa ký nên chưa nộp được. In và xuất thì được.</source>
            <translation>The dossier is not signed, so it cannot be submitted yet. It can be printed and exported.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>Máy này chưa biết cổng nào để nộp. Thêm cổng ở phần Cài đặt.</source>
            <translation>This computer knows no portal to submit to yet. Add one in Settings.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>Tôi đã đọc và vẫn nộp</source>
            <translation>I have read this and submit anyway</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>{} chỉ nhận hồ sơ trên trang của cổng. Chương trình xuất các tệp đã ký và phiếu hướng dẫn vào một thư mục, rồi mở trang đó; nộp xong, nhập mã hồ sơ mà cổng cấp.</source>
            <translation>{} takes dossiers on its own page only. The program writes the signed files and a guiding sheet into a folder and opens that page; when you have filed, enter the code that the portal gave.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>Bấm Nộp hồ sơ thì các tệp trên được gửi đến {}. Mỗi hồ sơ chỉ được gửi một lần: bấm hai lần, mất mạng hay tắt máy giữa chừng cũng không nộp trùng.</source>
            <translation>Submit dossier sends the files above to {}. Each dossier is sent only once: pressing twice, a lost connection or a power cut does not submit it twice.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>Đã lưu cách nhận kết quả.</source>
            <translation>How to receive the result is saved.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>Xuất bộ hồ sơ để nộp vào thư mục</source>
            <translation>Write the set of files for filing into a folder</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>Đã gửi {} trên {}</source>
            <translation>Sent {} of {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>Đang nộp hồ sơ…</source>
            <translation>Submitting the dossier…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <location filename="../../desktop/ui/pages/sign.py" />
            <source>&amp;Về hồ sơ để sửa</source>
            <translation>&amp;Back to the dossier to correct it</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>Xem &amp;Hộp gửi</source>
            <translation>See the &amp;outbox</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>&amp;Vẫn nộp</source>
            <translation>Submit &amp;anyway</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>Chưa nộp được hồ sơ.</source>
            <translation>The dossier could not be submitted yet.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>Xuất vào thư mục</source>
            <translation>Export to a folder</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>Đã xuất vào {}.</source>
            <translation>Exported to {}.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>Đã xuất hồ sơ.</source>
            <translation>The dossier is exported.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>Đang xuất hồ sơ…</source>
            <translation>Exporting the dossier…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>Đang xuất bộ hồ sơ để nộp…</source>
            <translation>Making the set of files for filing…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>Đã xuất bộ hồ sơ để nộp.</source>
            <translation>The set of files for filing is ready.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>Không ghi được vào thư mục này. Hãy chọn thư mục khác hoặc xem còn chỗ trống không.</source>
            <translation>This folder cannot be written to. Choose another, or see whether there is space left.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/review.py" />
            <source>Đang chuẩn bị bản in…</source>
            <translation>Preparing the print…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <location filename="../../desktop/ui/pages/welcome.py" />
            <source>Hiển thị</source>
            <translation>Display</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Ký số</source>
            <translation>Signing</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <location filename="../../desktop/ui/pages/welcome.py" />
            <source>Kho hồ sơ</source>
            <translation>Workspace</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Cổng dịch vụ công</source>
            <translation>Public service portals</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Cổng được nhận ra bằng vân tay của gốc danh mục.</source>
            <translation>A portal is recognised by the fingerprint of its catalogue root.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Thực hành</source>
            <translation>Practice</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Kho được mã hóa; khóa nằm trong kho khóa của hệ điều hành.</source>
            <translation>The workspace is encrypted; its key is in the operating system's keyring.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Kho được mã hóa và mở bằng mật khẩu.</source>
            <translation>The workspace is encrypted and opens with a passphrase.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>&amp;Sao lưu…</source>
            <translation>&amp;Back up…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>&amp;Kiểm tra kho</source>
            <translation>&amp;Check the workspace</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Đổi &amp;mật khẩu…</source>
            <translation>Change &amp;passphrase…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Mã khôi &amp;phục mới…</source>
            <translation>New &amp;recovery code…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Khóa n&amp;gay</source>
            <translation>&amp;Lock now</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Sao lưu vào tệp</source>
            <translation>Back up to a file</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Bản sao lưu (*.hoso)</source>
            <translation>Backups (*.hoso)</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Đã sao lưu vào {}. Tệp mở bằng mật khẩu hoặc mã khôi phục của kho.</source>
            <translation>Backed up to {}. The file opens with the workspace's passphrase or recovery code.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Kho nguyên vẹn: đã kiểm {} tệp.</source>
            <translation>The workspace is intact: {} files checked.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Kho có {} chỗ hỏng. Hãy giữ nguyên tệp kho và phục hồi từ bản sao lưu gần nhất.</source>
            <translation>The workspace is damaged in {} places. Keep its files as they are and restore the latest backup.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Mật khẩu mới của kho</source>
            <translation>New workspace passphrase</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <location filename="../../desktop/ui/pages/welcome.py" />
            <source>Ít nhất 8 ký tự; một câu dài dễ nhớ tốt hơn một từ khó.</source>
            <translation>At least 8 characters; a long sentence that is easy to remember beats one hard word.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Mật &amp;khẩu mới</source>
            <translation>Ne&amp;w passphrase</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <location filename="../../desktop/ui/pages/welcome.py" />
            <source>&amp;Gõ lại</source>
            <translation>&amp;Type again</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Đổ&amp;i mật khẩu</source>
            <translation>C&amp;hange passphrase</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Đã đổi mật khẩu. Mã khôi phục cũ vẫn dùng được.</source>
            <translation>The passphrase is changed. The old recovery code still works.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Mã khôi phục mới, chỉ hiện lần này. Chép ra giấy và cất riêng; mã cũ đã hết hiệu lực.</source>
            <translation>New recovery code, shown only now. Write it on paper and keep it apart; the old code no longer works.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Đã &amp;chép xong</source>
            <translation>I have c&amp;opied it</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Vân tay {}</source>
            <translation>Fingerprint {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Bỏ cổng</source>
            <translation>Remove portal</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Bỏ cổng {}</source>
            <translation>Remove portal {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Chưa có cổng nào.</source>
            <translation>No portals yet.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Thêm cổng</source>
            <translation>Add a portal</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Địa &amp;chỉ</source>
            <translation>A&amp;ddress</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>64 ký tự, do cổng công bố; so từng nhóm trước khi thêm</source>
            <translation>64 characters, published by the portal; compare group by group before adding</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>&amp;Vân tay SHA-256 của gốc danh mục</source>
            <translation>&amp;SHA-256 fingerprint of the catalogue root</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>&amp;Thêm cổng</source>
            <translation>&amp;Add portal</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Nộp bằng tay trên trang của cổng; chương trình chuẩn bị sẵn bộ hồ sơ</source>
            <translation>Filed by hand on the portal's page; the program makes the set of files ready</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Dịch vụ sáu bước của cơ quan; tra được theo mã hồ sơ</source>
            <translation>An agency's six-step service; it can be asked for a code</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Dịch vụ sáu bước của cơ quan; mất trả lời thì chỉ bạn mới quyết định gửi lại</source>
            <translation>An agency's six-step service; when an answer is lost, only your word sends again</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Vân tay có 64 chữ số và chữ cái từ a đến f.</source>
            <translation>A fingerprint has 64 digits and letters from a to f.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Đang tải và kiểm danh mục của cổng…</source>
            <translation>Loading and checking the portal's catalogue…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Bạn đang ở kho thực hành: không gì ở đây có giá trị pháp lý.</source>
            <translation>You are in the practice workspace: nothing here has legal effect.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Kho thực hành tách khỏi kho thật; cổng thực hành nhận, xét và trả kết quả như cổng thật.</source>
            <translation>The practice workspace is apart from the real one; the practice portal receives, examines and returns results like a real portal.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Sang kho &amp;thật</source>
            <translation>Go to the r&amp;eal workspace</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Sang kho &amp;thực hành</source>
            <translation>Go to the practic&amp;e workspace</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Địa chỉ http hoặc https theo RFC 3161, do tổ chức cấp dấu thời gian cho; để trống: không có.</source>
            <translation>An http or https address by RFC 3161, given by the time-stamp authority; empty: none.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Máy chủ &amp;dấu thời gian</source>
            <translation>Time-stamp ser&amp;ver</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>&amp;Lưu máy chủ</source>
            <translation>&amp;Keep the server</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Cần một địa chỉ bắt đầu bằng http:// hoặc https://, không kèm mật khẩu.</source>
            <translation>An address is needed that begins with http:// or https://, without a password.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Đã lưu máy chủ dấu thời gian.</source>
            <translation>The time-stamp server is kept.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Đã bỏ máy chủ dấu thời gian.</source>
            <translation>There is no time-stamp server any more.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Theo hệ thống</source>
            <translation>Follow the system</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Sáng</source>
            <translation>Light</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Tối</source>
            <translation>Dark</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Tương phản cao</source>
            <translation>High contrast</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Báo tin mới của hồ sơ</source>
            <translation>Tell news of dossiers</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Khi hồ sơ đổi tình trạng hoặc sắp đến hạn; chỉ có mã và tên thủ tục</source>
            <translation>When a dossier's status changes or a deadline is near; code and procedure only</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <location filename="../../desktop/ui/pages/welcome.py" />
            <source>Ngôn ngữ</source>
            <translation>Language</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <location filename="../../desktop/ui/pages/welcome.py" />
            <source>Cỡ chữ</source>
            <translation>Text size</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Màu</source>
            <translation>Colours</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/settings.py" />
            <source>Thông báo</source>
            <translation>Notifications</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/sign.py" />
            <source>hồ sơ</source>
            <translation>dossier(s)</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/sign.py" />
            <source>Ký hồ sơ</source>
            <translation>Sign dossier</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/sign.py" />
            <source>Tiến độ ký</source>
            <translation>Signing progress</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/sign.py" />
            <source>Ký cho ai</source>
            <translation>Signing for whom</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/sign.py" />
            <source>Với &amp;tư cách</source>
            <translation>Signin&amp;g as</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/sign.py" />
            <source>Bằng chứng thư nào</source>
            <translation>With which certificate</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/sign.py" />
            <source>Ký thế nào</source>
            <translation>How it is signed</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/sign.py" />
            <source>Ký những gì</source>
            <translation>What is signed</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/sign.py" />
            <source>Đang ký: hãy chờ xong hoặc bấm Dừng.</source>
            <translation>Signing: wait until it is done or press Stop.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/sign.py" />
            <source>Xem trang in</source>
            <translation>Show the printed page</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/sign.py" />
            <source>Xem trang in của {}</source>
            <translation>Show the printed page of {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/sign.py" />
            <source>Chưa ký được: {}</source>
            <translation>Cannot be signed yet: {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/sign.py" />
            <source>Hồ sơ đã nộp.</source>
            <translation>The dossier is submitted.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/sign.py" />
            <source>Hồ sơ đã ký. Bước tiếp theo: xem lại và nộp.</source>
            <translation>The dossier is signed. Next step: review and submit.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/sign.py" />
            <source>&amp;Xem lại và nộp</source>
            <translation>Re&amp;view and submit</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/sign.py" />
            <source>Tôi đã kiểm tra và vẫn ký bằng chứng thư này</source>
            <translation>I have checked and sign with this certificate anyway</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/sign.py" />
            <source>Chứng thư phù hợp với khách hàng và tư cách ký</source>
            <translation>The certificate fits the client and the role</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/sign.py" />
            <source>Chọn chứng thư trong tệp khóa hoặc trên USB token.</source>
            <translation>Choose a certificate in a key file or on a USB token.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/sign.py" />
            <source>Đang kiểm tra chứng thư…</source>
            <translation>Checking the certificate…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/sign.py" />
            <source>Không ký được bằng chứng thư này với tư cách này.</source>
            <translation>This certificate cannot sign in this role.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/sign.py" />
            <source>Sẽ ký {} mục của hồ sơ cho {}. Tư cách: {}. Mức: {}.</source>
            <translation>Signs {} items of the dossier for {}. As: {}. Level: {}.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/sign.py" />
            <source>Đang ký {} / {}</source>
            <translation>Signing {} / {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/sign.py" />
            <source>Đang ký…</source>
            <translation>Signing…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/sign.py" />
            <source>Đã ký {} tệp, đọc lại và thấy đúng</source>
            <translation>Signed files, read again and found right: {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/sign.py" />
            <source>Chữ ký trên PDF ở mức {}.</source>
            <translation>The signatures in PDF are of level {}.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/sign.py" />
            <source>Đã ký hồ sơ.</source>
            <translation>The dossier is signed.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/sign.py" />
            <source>Đã dừng; chưa có gì được ký.</source>
            <translation>Stopped; nothing was signed.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signatures.py" />
            <source>Chứng thư của &amp;tôi</source>
            <translation>&amp;My certificates</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signatures.py" />
            <source>&amp;Xác thực tệp</source>
            <translation>&amp;Validate a file</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signatures.py" />
            <source>&amp;Gốc tin cậy</source>
            <translation>Trust &amp;roots</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signatures.py" />
            <source>Chứng &amp;cứ đã lưu</source>
            <translation>Saved &amp;evidence</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signatures.py" />
            <source>Xem chứng thư trong tệp khóa .p12, .pfx hoặc trên USB token để biết hạn dùng. Mật khẩu không bao giờ được lưu; xem chứng thư trên token không cần mã PIN.</source>
            <translation>Look at the certificates in a .p12 or .pfx key file or on a USB token to know how long they are valid. The passphrase is never stored; looking at a token needs no PIN.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signatures.py" />
            <source>&amp;Chọn tệp khóa…</source>
            <translation>&amp;Choose a key file…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signatures.py" />
            <source>Khóa t&amp;hực hành</source>
            <translation>&amp;Practice key</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signatures.py" />
            <source>Xem trên &amp;USB token</source>
            <translation>Look on the &amp;USB token</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signatures.py" />
            <source>Vì s&amp;ao không thấy chữ ký số?</source>
            <translation>&amp;Why is my signing key not shown?</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signatures.py" />
            <source>Chưa xem chứng thư nào</source>
            <translation>No certificates looked at yet</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signatures.py" />
            <source>Chứng thư đã xem sẽ được nhắc trước khi hết hạn.</source>
            <translation>You are reminded of certificates that you have looked at before they expire.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signatures.py" />
            <source>Tệp khóa (*.p12 *.pfx);;Mọi tệp (*)</source>
            <translation>Key files (*.p12 *.pfx);;All files (*)</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signatures.py" />
            <source>&amp;Mật khẩu của tệp khóa</source>
            <translation>Passphrase of the &amp;key file</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signatures.py" />
            <source>&amp;Xem chứng thư</source>
            <translation>&amp;See certificates</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signatures.py" />
            <source>Không đọc được tệp này: {}</source>
            <translation>This file cannot be read: {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signatures.py" />
            <source>Tệp có {} chứng thư dùng để ký.</source>
            <translation>The file has {} certificates for signing.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signatures.py" />
            <source>Đang tìm USB token…</source>
            <translation>Looking for the USB token…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signatures.py" />
            <source>Thấy {} chứng thư trên USB token.</source>
            <translation>Certificates found on the USB token: {}.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signatures.py" />
            <source>Không thấy chứng thư nào trên USB token.</source>
            <translation>No certificate found on the USB token.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signatures.py" />
            <source>cấp bởi {}</source>
            <translation>issued by {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signatures.py" />
            <source>Hết hạn {}</source>
            <translation>Expired {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signatures.py" />
            <source>Đến {}, {}</source>
            <translation>Until {}, {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signatures.py" />
            <source>Bỏ {} khỏi danh sách</source>
            <translation>Take {} off the list</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signatures.py" />
            <source>Bỏ khỏi danh sách; tệp khóa không bị đụng đến</source>
            <translation>Take off the list; the key file is not touched</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signatures.py" />
            <source>Chứng thư của người ký, đường dẫn tin cậy, danh sách thu hồi và kết quả kiểm tra lúc ký, lưu theo từng lần ký.</source>
            <translation>The signer's certificate, the chain of trust, the revocation lists and what was found at signing, kept for each signing.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signatures.py" />
            <source>Thả tệp vào đây, hoặc bấm để chọn</source>
            <translation>Drop a file here, or press to choose one</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signatures.py" />
            <source>PDF, XML, JWS hoặc bộ hồ sơ gốc (ZIP) có chữ ký số</source>
            <translation>PDF, XML, JWS or an original dossier (ZIP) with digital signatures</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signatures.py" />
            <source>Hỏi qua mạng xem chứng thư có bị thu hồi không</source>
            <translation>Ask online whether the certificate is revoked</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signatures.py" />
            <source>Chọn tệp cần xác thực</source>
            <translation>Choose a file to validate</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signatures.py" />
            <source>Tệp có chữ ký (*.pdf *.xml *.jws *.zip *.asice);;Mọi tệp (*)</source>
            <translation>Signed files (*.pdf *.xml *.jws *.zip *.asice);;All files (*)</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signatures.py" />
            <source>Đang kiểm chữ ký của {}…</source>
            <translation>Validating the signatures of {}…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signatures.py" />
            <source>{}: {}</source>
            <translation>{}: {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signatures.py" />
            <source>Chữ ký chỉ được coi là hợp lệ khi chứng thư của người ký dẫn tới một gốc ở đây. Chỉ thêm gốc lấy từ nguồn chính thức, sau khi so vân tay.</source>
            <translation>A signature counts as valid only when the signer's certificate leads to a root shown here. Add only roots from an official source, after comparing fingerprints.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signatures.py" />
            <source>&amp;Thêm gốc tin cậy…</source>
            <translation>&amp;Add trust roots…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signatures.py" />
            <source>Chưa tin cậy gốc nào</source>
            <translation>No root is trusted yet</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signatures.py" />
            <source>Mọi chữ ký sẽ là “Chưa xác định” cho đến khi có.</source>
            <translation>Until there is one, every signature is “Indeterminate”.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signatures.py" />
            <source>bạn thêm</source>
            <translation>added by you</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signatures.py" />
            <source>từ cổng thực hành</source>
            <translation>from the practice portal</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signatures.py" />
            <source>kèm chương trình</source>
            <translation>comes with the program</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signatures.py" />
            <source>Hạn đến {} · {}</source>
            <translation>Valid until {} · {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signatures.py" />
            <source>SHA-256 {}</source>
            <translation>SHA-256 {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signatures.py" />
            <source>Bỏ tin cậy</source>
            <translation>Stop trusting</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signatures.py" />
            <source>Bỏ tin cậy {}</source>
            <translation>Stop trusting {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signatures.py" />
            <source>Chọn chứng thư gốc hoặc danh sách thu hồi</source>
            <translation>Choose root certificates or a revocation list</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signatures.py" />
            <source>Chứng thư (*.pem *.crt *.cer *.der *.p7b *.crl);;Mọi tệp (*)</source>
            <translation>Certificates (*.pem *.crt *.cer *.der *.p7b *.crl);;All files (*)</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signatures.py" />
            <source>Đã tin cậy {} chứng thư.</source>
            <translation>Certificates now trusted: {}.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/asker.py" />
            <source>Nhập mã PIN trên bàn phím của token; muốn thôi thì bấm hủy trên token.</source>
            <translation>Enter the PIN on the token's own keys; to stop, press cancel on the token.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/asker.py" />
            <source>Xác nhận trên điện thoại ({}): còn {}</source>
            <translation>Confirm on your phone ({}): {} left</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/asker.py" />
            <source> · mã đối chiếu {}</source>
            <translation> · matching code {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/choosing.py" />
            <source>Mức c&amp;hữ ký</source>
            <translation>&amp;Level of the signature</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/choosing.py" />
            <source>Đặt máy chủ dấu thời &amp;gian</source>
            <translation>&amp;Set a time-stamp server</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/choosing.py" />
            <source>B-B: chữ ký cơ bản</source>
            <translation>B-B: the basic signature</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/choosing.py" />
            <source>B-T: thêm dấu thời gian</source>
            <translation>B-T: with a time-stamp</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/choosing.py" />
            <source>B-LT: thêm dữ liệu xác thực lâu dài</source>
            <translation>B-LT: with long-term validation data</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/choosing.py" />
            <source>B-LTA: thêm dấu thời gian lưu trữ</source>
            <translation>B-LTA: with an archive time-stamp</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/choosing.py" />
            <source>Mức B-T, B-LT và B-LTA cần một máy chủ dấu thời gian để chứng minh lúc ký; chưa đặt máy chủ nào nên chỉ ký được mức B-B.</source>
            <translation>Levels B-T, B-LT and B-LTA need a time-stamp server to prove when it was signed; none is set, so only level B-B can be made.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/choosing.py" />
            <source>Lúc ký là giờ của máy này, không có bên thứ ba chứng minh.</source>
            <translation>The time of signing is this computer’s clock; no third party proves it.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/choosing.py" />
            <source>Dấu thời gian lấy từ {}; chỉ giá trị băm rời khỏi máy. Tệp XML giữ chữ ký mà nơi nhận biết.</source>
            <translation>The time-stamp comes from {}; only a hash leaves this computer. XML files keep the signature that receivers know.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/choosing.py" />
            <source>Chữ: người ký, mã số thuế, tư cách, ngày ký</source>
            <translation>Text: signer, tax code, role, time</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/choosing.py" />
            <source>Hình chữ ký tay hoặc con dấu, bên cạnh chữ</source>
            <translation>A picture of signature or seal, beside the text</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/choosing.py" />
            <source>Mã QR nêu cách kiểm tra, bên cạnh chữ</source>
            <translation>A QR code that says how to validate, beside the text</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/choosing.py" />
            <source>Theo Nghị định 30/2020: chỉ hình, không khung</source>
            <translation>By Decree 30/2020: the picture alone, no frame</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/choosing.py" />
            <source>Dấu chữ ký h&amp;iện trên trang</source>
            <translation>What is seen of the s&amp;ignature</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/choosing.py" />
            <source>Chọ&amp;n hình…</source>
            <translation>Choose a &amp;picture…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/choosing.py" />
            <source>&amp;Sang trang đang xem</source>
            <translation>Move to the pa&amp;ge shown</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/choosing.py" />
            <source>&amp;Bỏ chỗ đã dời</source>
            <translation>&amp;Back to the form’s place</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/choosing.py" />
            <source>Hình chữ ký hoặc con dấu</source>
            <translation>Picture of the signature or seal</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/choosing.py" />
            <source>Hình (*.png *.jpg *.jpeg)</source>
            <translation>Pictures (*.png *.jpg *.jpeg)</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/choosing.py" />
            <source>Không đọc được tệp: {}</source>
            <translation>The file cannot be read: {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/choosing.py" />
            <source>PNG nền trong suốt hoặc ảnh chụp trên giấy trắng; không lưu lại.</source>
            <translation>A PNG with transparent ground, or a photograph on white paper; it is not kept.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/choosing.py" />
            <source>Chọn hình chữ ký hoặc con dấu, hoặc kiểu dấu khác.</source>
            <translation>Choose a picture of the signature or seal, or another kind of stamp.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/choosing.py" />
            <source>Khung dấu chữ ký quá nhỏ: kéo rộng hoặc cao hơn.</source>
            <translation>The stamp’s box is too small: make it wider or higher.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/choosing.py" />
            <source>Mẫu này không có chỗ cho dấu; chữ ký sẽ không hiện trên trang.</source>
            <translation>This form has no place for a stamp; the signature will not be seen on the page.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/doctor.py" />
            <source>Vì sao không thấy chữ ký số?</source>
            <translation>Why is my signing key not shown?</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/doctor.py" />
            <source>&amp;Chép báo cáo</source>
            <translation>&amp;Copy report</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/doctor.py" />
            <source>Báo cáo đã che số sê-ri và số định danh, không có mã PIN</source>
            <translation>The report hides serial and identity numbers and holds no PIN</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/doctor.py" />
            <source>&amp;Kiểm tra lại</source>
            <translation>Check &amp;again</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/doctor.py" />
            <location filename="../../desktop/ui/system/crash.py" />
            <source>Đón&amp;g</source>
            <translation>C&amp;lose</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/doctor.py" />
            <source>Đang xem phần mềm token, đầu đọc và chứng thư… Không hỏi mã PIN.</source>
            <translation>Looking at token software, readers and certificates… No PIN is asked for.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/doctor.py" />
            <source>Đang kiểm tra USB token</source>
            <translation>Checking the USB token</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/doctor.py" />
            <source>Đã xem những gì</source>
            <translation>What was looked at</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/doctor.py" />
            <source>Khi nhờ người khác giúp, hãy chép báo cáo gửi kèm: số sê-ri và số định danh đã được che, không có mã PIN.</source>
            <translation>When you ask somebody for help, copy the report and send it along: serial and identity numbers are hidden, and there is no PIN in it.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/doctor.py" />
            <source>Đã kiểm tra xong USB token.</source>
            <translation>The USB token has been checked.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/doctor.py" />
            <source>chạy được</source>
            <translation>works</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/doctor.py" />
            <source>Tệp</source>
            <translation>File</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/doctor.py" />
            <source>Làm cho</source>
            <translation>Made for</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/doctor.py" />
            <source>Tình trạng</source>
            <translation>State</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/doctor.py" />
            <source>Đầu đọc</source>
            <translation>Reader</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/doctor.py" />
            <source>{} khe cắm, {} token</source>
            <translation>{} slots, {} tokens</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/doctor.py" />
            <source>Token “{}”</source>
            <translation>Token “{}”</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/doctor.py" />
            <source>đã khóa mã PIN</source>
            <translation>PIN locked</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/doctor.py" />
            <source>chỉ còn một lần nhập mã PIN</source>
            <translation>one last try for the PIN</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/doctor.py" />
            <source>đã có lần nhập mã PIN không đúng</source>
            <translation>a wrong PIN has been entered</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/doctor.py" />
            <source>phải đổi mã PIN</source>
            <translation>the PIN must be changed</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/doctor.py" />
            <source>nhập mã PIN trên token</source>
            <translation>PIN entered on the token</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/doctor.py" />
            <source>Đã chép báo cáo vào bộ nhớ tạm.</source>
            <translation>The report was copied to the clipboard.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/evidence.py" />
            <source>Chưa có chứng cứ nào</source>
            <translation>No evidence yet</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/evidence.py" />
            <source>Mỗi lần ký hồ sơ, chứng thư và kết quả kiểm tra lúc ký được lưu lại ở đây.</source>
            <translation>Each time a dossier is signed, the certificate and what was found at signing are kept here.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/evidence.py" />
            <source>Chỉ hiện {} lần ký gần nhất.</source>
            <translation>Only the last {} signings are shown.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/evidence.py" />
            <source>Chưa bị thu hồi lúc ký</source>
            <translation>Not revoked when signed</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/evidence.py" />
            <source>Chưa rõ thu hồi lúc ký</source>
            <translation>Revocation at signing unknown</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/evidence.py" />
            <source>ký số từ xa</source>
            <translation>remote signing</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/evidence.py" />
            <location filename="../../desktop/ui/verdicts.py" />
            <source>Thời điểm ký</source>
            <translation>Signed at</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/evidence.py" />
            <source>Tư cách, nơi giữ khóa</source>
            <translation>Role, where the key is kept</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/evidence.py" />
            <source>Tệp đã ký</source>
            <translation>Signed files</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/evidence.py" />
            <source>Chứng cứ đã lưu</source>
            <translation>Evidence kept</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/evidence.py" />
            <source>Kết quả kiểm tra</source>
            <translation>Findings</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/evidence.py" />
            <source>chứng thư dùng được, không có cảnh báo</source>
            <translation>the certificate can be used, no warnings</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/evidence.py" />
            <source>&amp;Xuất…</source>
            <translation>E&amp;xport…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/evidence.py" />
            <source>Xuất chứng cứ chữ ký của {}</source>
            <translation>Export the signature evidence of {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/evidence.py" />
            <source>Xó&amp;a…</source>
            <translation>&amp;Delete…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/evidence.py" />
            <source>Xóa chứng cứ chữ ký của {}</source>
            <translation>Delete the signature evidence of {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/evidence.py" />
            <source>Xuất chứng cứ vào thư mục</source>
            <translation>Export the evidence to a folder</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/evidence.py" />
            <source>Đã xuất {} tệp vào {}</source>
            <translation>Files exported: {}, to {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/evidence.py" />
            <source>Xóa chứng cứ của lần ký này? Tệp đã ký vẫn còn, nhưng sẽ không còn bản lưu cho thấy chứng thư đã được kiểm tra lúc ký. Không lấy lại được.</source>
            <translation>Delete the evidence of this signing? The signed files stay, but nothing kept here will show any more that the certificate was checked at signing. This cannot be undone.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/evidence.py" />
            <source>Xóa &amp;hẳn</source>
            <translation>Delete &amp;for good</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/evidence.py" />
            <source>&amp;Giữ lại</source>
            <translation>&amp;Keep</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/evidence.py" />
            <source>Đã xóa {} tệp chứng cứ.</source>
            <translation>Evidence files deleted: {}.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/pin.py" />
            <source>Mã PIN của USB token</source>
            <translation>PIN of the USB token</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/pin.py" />
            <source>USB token “{}”, số sê-ri {}</source>
            <translation>USB token “{}”, serial number {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/pin.py" />
            <source>Gửi đến token này một lần cho cả loạt; không lưu, không tự thử lại.</source>
            <translation>Sent to this token once for the whole series; never stored, never tried again by itself.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/pin.py" />
            <source>Mã &amp;PIN</source>
            <translation>&amp;PIN</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/pin.py" />
            <source>Token này có bàn phím riêng: bấm Bắt đầu rồi nhập mã PIN trên token.</source>
            <translation>This token has its own keys: press Begin, then enter the PIN on the token.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/pin.py" />
            <source>Tôi chắc mã PIN này đúng và chấp nhận: nếu sai, token sẽ bị &amp;khóa</source>
            <translation>I am sure this PIN is right and accept: if it is wrong, the token will be &amp;locked</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/pin.py" />
            <location filename="../../desktop/ui/pages/signing/remote.py" />
            <source>&amp;Không ký</source>
            <translation>Do &amp;not sign</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/pin.py" />
            <source>&amp;Bắt đầu</source>
            <translation>&amp;Begin</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/pin.py" />
            <source>Gửi mã PIN và &amp;ký</source>
            <translation>&amp;Send the PIN and sign</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/placing.py" />
            <source>Dấu chữ ký trên trang</source>
            <translation>Stamp on the page</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/placing.py" />
            <source>Phím mũi tên: dời; Shift+mũi tên: đổi cỡ; thêm Ctrl: từng chút; Home: về chỗ của mẫu.</source>
            <translation>Arrow keys move it; Shift+arrows resize it; Ctrl makes the steps small; Home puts it back to the form’s place.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/placing.py" />
            <source>Trang {}, cách mép trái {} mm, mép trên {} mm; rộng {} mm, cao {} mm.</source>
            <translation>Page {}, {} mm from the left edge, {} mm from the top; {} mm wide, {} mm high.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/placing.py" />
            <source>Khung quá nhỏ cho nội dung dấu.</source>
            <translation>The box is too small for what it must show.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/placing.py" />
            <source>Đã sát mép trang.</source>
            <translation>It is at the edge of the page.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/placing.py" />
            <source>Khung quá nhỏ</source>
            <translation>The box is too small</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/ready.py" />
            <source>PDF ký tại chỗ dành cho chữ ký</source>
            <translation>PDF, signed in the place for the signature</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/ready.py" />
            <source>PDF, không ký</source>
            <translation>PDF, not signed</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/ready.py" />
            <source>XML gửi cơ quan nhận</source>
            <translation>XML for the receiving agency</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/ready.py" />
            <source>ký trên từng tệp</source>
            <translation>each file is signed</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/ready.py" />
            <source>không ký, được ghi trong bản kê đã ký</source>
            <translation>not signed, listed in the signed manifest</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/ready.py" />
            <source>Bản kê hồ sơ</source>
            <translation>Dossier manifest</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/ready.py" />
            <source>liệt kê mọi tệp kèm mã băm; được ký sau cùng</source>
            <translation>lists every file with its hash; signed last</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/remote.py" />
            <source>Ký số từ xa</source>
            <translation>Remote signing</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/remote.py" />
            <source>Dịch vụ {} cần bạn xác nhận</source>
            <translation>The service {} needs your confirmation</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/remote.py" />
            <source>&amp;Mã PIN ký số</source>
            <translation>Signing &amp;PIN</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/remote.py" />
            <source>&amp;Mã OTP</source>
            <translation>&amp;OTP code</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/remote.py" />
            <source>&amp;Trả lời</source>
            <translation>&amp;Answer</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/remote.py" />
            <source>Chỉ gửi đến dịch vụ này, không lưu lại.</source>
            <translation>Sent only to this service, never stored.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/remote.py" />
            <source>Gửi và &amp;ký</source>
            <translation>&amp;Send and sign</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/stopped.py" />
            <source>Cắm token của {} (còn {} {})</source>
            <translation>Plug in the token of {} ({} {} left)</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/stopped.py" />
            <source>Token của {} chưa nhận được mã PIN (còn {} {})</source>
            <translation>The token of {} has not had its PIN yet ({} {} left)</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/stopped.py" />
            <source>{} – token của {} (còn {} {})</source>
            <translation>{} – token of {} ({} {} left)</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/stopped.py" />
            <source>Đã ký {} {}; phần đã ký được giữ lại.</source>
            <translation>Signed {} {}; what is signed is kept.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/stopped.py" />
            <location filename="../../desktop/ui/pages/welcome.py" />
            <source>&amp;Tiếp tục</source>
            <translation>&amp;Continue</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/stopped.py" />
            <source>&amp;Thử lại</source>
            <translation>Tr&amp;y again</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/stopped.py" />
            <source>&amp;Nhập mã PIN</source>
            <translation>Enter the PI&amp;N</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/signing/stopped.py" />
            <source>&amp;Bỏ qua token này</source>
            <translation>Skip this t&amp;oken</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/welcome.py" />
            <source>Bắt đầu</source>
            <translation>Begin</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/welcome.py" />
            <source>Lập, ký và nộp hồ sơ dịch vụ công, kể cả khi không có mạng.</source>
            <translation>Make, sign and submit dossiers for public services, even without a network.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/welcome.py" />
            <source>Bước {} trong 3: {}</source>
            <translation>Step {} of 3: {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/welcome.py" />
            <source>Chọn ngôn ngữ và cỡ chữ</source>
            <translation>Choose language and text size</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/welcome.py" />
            <source>Chọn cỡ chữ</source>
            <translation>Choose text size</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/welcome.py" />
            <source>Trông như thế này</source>
            <translation>It looks like this</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/welcome.py" />
            <source>Tờ khai thuế giá trị gia tăng 01/GTGT</source>
            <translation>Value added tax return 01/GTGT</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/welcome.py" />
            <source>Người nộp thuế</source>
            <translation>Taxpayer</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/welcome.py" />
            <source>[22] Thuế kỳ trước chuyển sang</source>
            <translation>[22] Tax carried over from the last period</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/welcome.py" />
            <source>Hạn nộp</source>
            <translation>Due date</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/welcome.py" />
            <source>T&amp;hử trước với Cổng thực hành</source>
            <translation>Try &amp;first with the practice portal</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/welcome.py" />
            <source>Mật khẩu của kho thực hành</source>
            <translation>Passphrase of the practice workspace</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/welcome.py" />
            <source>Kho hồ sơ của bạn</source>
            <translation>Your workspace</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/welcome.py" />
            <source>Mọi thứ bạn nhập được mã hóa ngay trên máy này và chỉ rời máy khi bạn bấm Nộp hoặc Xuất. Chọn cách giữ chìa khóa của kho:</source>
            <translation>Everything you enter is encrypted on this computer and leaves it only when you press Submit or Export. Choose how the workspace's key is kept:</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/welcome.py" />
            <source>Kho khóa của &amp;hệ điều hành</source>
            <translation>The &amp;operating system's keyring</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/welcome.py" />
            <source>&amp;Mật khẩu của riêng kho này</source>
            <translation>A &amp;passphrase for this workspace alone</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/welcome.py" />
            <source>Kho tự mở khi bạn đăng nhập máy. Ai dùng được tài khoản của bạn trên máy này thì mở được kho.</source>
            <translation>The workspace opens when you sign in to the computer. Whoever can use your account on this computer can open it.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/welcome.py" />
            <source>Máy này không có kho khóa dùng được, nên hãy đặt mật khẩu.</source>
            <translation>This computer has no usable keyring, so please set a passphrase.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/welcome.py" />
            <source>Gõ mật khẩu mỗi lần mở. Hợp với máy dùng chung; quên mật khẩu thì cần mã khôi phục.</source>
            <translation>Type the passphrase each time. Good for a shared computer; if you forget it, you need the recovery code.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/welcome.py" />
            <source>Mật &amp;khẩu</source>
            <translation>Passph&amp;rase</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/welcome.py" />
            <source>&amp;Tạo kho và bắt đầu</source>
            <translation>Create the workspace and &amp;start</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/welcome.py" />
            <source>&amp;Tạo kho hồ sơ</source>
            <translation>Create the work&amp;space</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/welcome.py" />
            <source>Chép lại mã khôi phục</source>
            <translation>Write down the recovery code</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/welcome.py" />
            <source>Quên mật khẩu hoặc cài lại máy thì chỉ mã này mở được kho. Mã chỉ hiện một lần: chép ra giấy hoặc in, rồi cất xa máy tính.</source>
            <translation>If you forget the passphrase or reinstall the computer, only this code opens the workspace. It is shown once: write it on paper or print it, and keep it away from the computer.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/welcome.py" />
            <source>Mã khôi phục {}</source>
            <translation>Recovery code {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/welcome.py" />
            <source>&amp;In mã…</source>
            <translation>Pr&amp;int the code…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/welcome.py" />
            <source>&amp;Gõ lại 4 ký tự cuối của mã vừa chép</source>
            <translation>&amp;Type the last 4 characters of the code again</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/welcome.py" />
            <source>Mã khôi phục kho hồ sơ (Hồ Sơ)

{}

Kho: {}
Cất tờ giấy này xa máy tính.</source>
            <translation>Recovery code of the workspace (Hồ Sơ)

{}

Workspace: {}
Keep this paper away from the computer.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/welcome.py" />
            <source>Chưa đúng. Xem lại nhóm 4 ký tự cuối cùng của mã ở trên.</source>
            <translation>Not right yet. Look again at the last group of 4 characters of the code above.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/welcome.py" />
            <source>Bắt đầu thế nào?</source>
            <translation>How do you want to begin?</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/welcome.py" />
            <source>Thử ngay với Cổng thực hành</source>
            <translation>Try now with the practice portal</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/welcome.py" />
            <source>Một công ty không có thật, một khóa ký thực hành và một tờ khai thuế đã điền: ký, nộp và nhận kết quả trong vài phút. Không gì có giá trị pháp lý.</source>
            <translation>A company that does not exist, a practice signing key and a tax form already filled: sign, submit and receive a result in a few minutes. Nothing has legal effect.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/welcome.py" />
            <source>&amp;Thử ngay</source>
            <translation>Try it &amp;now</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/welcome.py" />
            <source>Công ty hoặc cá nhân mà bạn nộp hồ sơ cho. Mã số thuế và tên là đủ để bắt đầu.</source>
            <translation>The company or person that you file for. A tax code and a name are enough to begin.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/welcome.py" />
            <source>Thêm &amp;khách hàng</source>
            <translation>Add a c&amp;lient</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/welcome.py" />
            <source>Đang dựng cổng thực hành…</source>
            <translation>Setting up the practice portal…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pages/welcome.py" />
            <source>Tạo cơ quan chứng thực thực hành, khóa ký, công ty và tờ khai. Lần đầu mất khoảng mười giây.</source>
            <translation>Making a practice certificate authority, a signing key, a company and a form. The first time takes about ten seconds.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pieces.py" />
            <source>Xóa chữ đang tìm</source>
            <translation>Clear the search</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/pieces.py" />
            <source>Tìm</source>
            <translation>Find</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/playing.py" />
            <source>Tình &amp;huống của cổng thực hành</source>
            <translation>&amp;Scenario of the practice portal</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/playing.py" />
            <source>Áp dụng cho hồ sơ nộp từ bây giờ.</source>
            <translation>Applies to dossiers submitted from now on.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/playing.py" />
            <source>Cho trôi một &amp;ngày</source>
            <translation>Let a da&amp;y pass</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/playing.py" />
            <source>&amp;Bàn của cán bộ…</source>
            <translation>The &amp;officer's desk…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/playing.py" />
            <source>&amp;Xóa hồ sơ ở cổng…</source>
            <translation>&amp;Delete dossiers at the portal…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/playing.py" />
            <source>Đúng, &amp;xóa</source>
            <translation>Yes, &amp;delete</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/playing.py" />
            <source>Đã chọn tình huống: {}.</source>
            <translation>Scenario chosen: {}.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/playing.py" />
            <source>Ở cổng thực hành bây giờ là {}.</source>
            <translation>At the practice portal it is now {}.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/playing.py" />
            <source>Cổng thực hành đã quên mọi hồ sơ; kho của bạn vẫn giữ nguyên.</source>
            <translation>The practice portal has forgotten every dossier; your workspace stays as it is.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/system/crash.py" />
            <source>Lần trước chương trình dừng đột ngột</source>
            <translation>The program ended suddenly last time</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/system/crash.py" />
            <source>Chương trình gặp lỗi của chính nó</source>
            <translation>The program met a fault of its own</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/system/crash.py" />
            <source>Những gì bạn đã nhập được lưu tự động và vẫn còn trong kho. Không có gì đã được gửi đi: bản ghi dưới đây chỉ nằm trên máy này. Nếu muốn nhờ người hỗ trợ, hãy đọc nó, rồi sao chép hoặc lưu ra tệp và tự gửi. Bản ghi không chứa tên, mã số, nội dung hồ sơ hay mật khẩu.</source>
            <translation>What you typed was saved by itself and is still in the workspace. Nothing was sent: the record below lies on this computer only. To have somebody help, read it, then copy it or save it to a file and send it yourself. It holds no names, numbers, contents of dossiers or passwords.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/system/crash.py" />
            <source>Bản ghi lỗi</source>
            <translation>Crash record</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/system/crash.py" />
            <source>Chương trình bị tắt từ bên ngoài nên không để lại bản ghi.</source>
            <translation>The program was ended from outside and left no record.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/system/crash.py" />
            <source>&amp;Sao chép</source>
            <translation>&amp;Copy</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/system/crash.py" />
            <source>&amp;Lưu ra tệp…</source>
            <translation>&amp;Save to a file…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/system/crash.py" />
            <source>&amp;Mở lại việc đang làm</source>
            <translation>&amp;Reopen what was open</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/system/crash.py" />
            <source>Đã sao chép vào bộ nhớ tạm.</source>
            <translation>Copied to the clipboard.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/system/crash.py" />
            <source>Lưu bản ghi lỗi</source>
            <translation>Save the crash record</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/system/crash.py" />
            <location filename="../../desktop/ui/system/printing.py" />
            <source>Đã lưu vào {}.</source>
            <translation>Saved to {}.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/system/filed.py" />
            <source>Hà&amp;i lòng</source>
            <translation>Sat&amp;isfied</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/system/filed.py" />
            <source>Bình thườn&amp;g</source>
            <translation>S&amp;o-so</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/system/filed.py" />
            <source>Chư&amp;a hài lòng</source>
            <translation>Not s&amp;atisfied</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/system/filed.py" />
            <source>Chứng &amp;cứ PDF…</source>
            <translation>E&amp;vidence as PDF…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/system/filed.py" />
            <source>Biên nhận, thời điểm, mã băm, chữ ký và kết quả kiểm tra trong một tệp PDF</source>
            <translation>Receipt, times, hashes, signatures and verdicts in one PDF</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/system/filed.py" />
            <source>Bạn thấy lần nộp hồ sơ này thế nào? Câu trả lời chỉ lưu trên máy này.</source>
            <translation>How did this filing go? The answer is kept on this computer only.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/system/filed.py" />
            <source>Bạn đã đánh giá lần nộp này: {}.</source>
            <translation>Your word on this filing: {}.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/system/filed.py" />
            <source>Lưu chứng cứ</source>
            <translation>Save the evidence</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/system/filed.py" />
            <location filename="../../desktop/ui/system/printing.py" />
            <source>Tệp PDF (*.pdf)</source>
            <translation>PDF file (*.pdf)</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/system/filed.py" />
            <source>Đã lưu chứng cứ vào {}</source>
            <translation>Evidence saved to {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/system/filed.py" />
            <source>Đang lập chứng cứ…</source>
            <translation>Making the evidence…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/system/printing.py" />
            <source>Lưu thành tệp PDF</source>
            <translation>Save as PDF file</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/system/printing.py" />
            <source>&amp;Máy in</source>
            <translation>P&amp;rinter</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/system/printing.py" />
            <source>&amp;Số bản</source>
            <translation>&amp;Copies</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/system/printing.py" />
            <source>&amp;Từ trang</source>
            <translation>&amp;From page</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/system/printing.py" />
            <source>Đế&amp;n trang</source>
            <translation>&amp;To page</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/system/printing.py" />
            <source>Tùy chọn của má&amp;y in…</source>
            <translation>Printer &amp;options…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/system/printing.py" />
            <source>&amp;In</source>
            <translation>&amp;Print</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/system/printing.py" />
            <source>Tệp PDF giữ nguyên cả tài liệu: chữ tìm và chép được, đúng như bản sẽ ký.</source>
            <translation>The PDF file keeps the whole document: its text can be searched and copied, just as the copy to be signed.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/system/printing.py" />
            <source>Đã gửi {} trang đến máy in.</source>
            <translation>Pages sent to the printer: {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/system/printing.py" />
            <source>Máy in không nhận bản in. Hãy kiểm tra máy in rồi thử lại.</source>
            <translation>The printer did not take the print. Check the printer and try again.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/system/ties.py" />
            <source>Không mở được: không có tệp này, hoặc đây không phải là một tệp.</source>
            <translation>Not opened: there is no such file, or it is no file.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/system/ties.py" />
            <source>{} là bản sao lưu của một kho hồ sơ. Kho đang mở không bị thay thế; để phục hồi, hãy dùng bản sao lưu này ở lần mở đầu tiên trên máy chưa có kho.</source>
            <translation>{} is a backup of a workspace. The workspace that is open is not replaced; to restore, use this backup at the first start on a computer without a workspace.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/system/ties.py" />
            <source>Chương trình không mở loại tệp này: {}. Có thể mở: PDF, XML, ASiC-E, bảng tính theo lô, bản sao lưu .hoso.</source>
            <translation>The program does not open this kind of file: {}. It opens PDF, XML, ASiC-E, batch spreadsheets and .hoso backups.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/system/ties.py" />
            <source>Đang hỏi {} về {}…</source>
            <translation>Asking {} about {}…</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/system/ties.py" />
            <source>Mở theo liên kết. Cổng trả lời: {} ({}).</source>
            <translation>Opened from a link. The portal that answered: {} ({}).</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/system/ties.py" />
            <source>{} ({}) trả lời: hồ sơ {}, {}, tình trạng “{}”. Hồ sơ này không có trong kho đang mở.</source>
            <translation>{} ({}) answers: dossier {}, {}, status “{}”. This dossier is not in the open workspace.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/system/tray.py" />
            <source>Mở cửa sổ</source>
            <translation>Open the window</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/system/tray.py" />
            <source>Thoát</source>
            <translation>Quit</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/system/tray.py" />
            <source>Và {} hồ sơ khác có tin mới.</source>
            <translation>And {} more dossiers have news.</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/system/tray.py" />
            <source>{} · {}: hạn {} ({})</source>
            <translation>{} · {}: due {} ({})</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/system/tray.py" />
            <source>tình trạng mới</source>
            <translation>new status</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/system/tray.py" />
            <source>{} · {}: {}</source>
            <translation>{} · {}: {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/verdicts.py" />
            <source>Không rõ người ký</source>
            <translation>Signer unknown</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/verdicts.py" />
            <source>Người ký</source>
            <translation>Signer</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/verdicts.py" />
            <source>Đơn vị quản lý chứng thư</source>
            <translation>Holder of the certificate</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/verdicts.py" />
            <source>Tổ chức cấp chứng thư</source>
            <translation>Issued by</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/verdicts.py" />
            <source>{} (dấu thời gian đã kiểm)</source>
            <translation>{} (timestamp validated)</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/verdicts.py" />
            <source>{} (theo lời khai của người ký)</source>
            <translation>{} (as the signer says)</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/verdicts.py" />
            <source>không có thay đổi nào sau khi ký</source>
            <translation>no change after signing</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/verdicts.py" />
            <source>sau khi ký chỉ có bổ sung được phép</source>
            <translation>only permitted additions after signing</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/verdicts.py" />
            <source>bị sửa sau khi ký</source>
            <translation>altered after signing</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/verdicts.py" />
            <source>chưa rõ có bị sửa sau khi ký không</source>
            <translation>unknown whether altered after signing</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/verdicts.py" />
            <source>Nguyên vẹn</source>
            <translation>Intact</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/verdicts.py" />
            <source>Không còn nguyên vẹn</source>
            <translation>Not intact</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/verdicts.py" />
            <source>Chưa rõ</source>
            <translation>Unknown</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/verdicts.py" />
            <source>Tính toàn vẹn</source>
            <translation>Integrity</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/verdicts.py" />
            <source>chưa bị thu hồi</source>
            <translation>not revoked</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/verdicts.py" />
            <source>đã bị thu hồi</source>
            <translation>revoked</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/verdicts.py" />
            <source>chưa rõ có bị thu hồi không</source>
            <translation>unknown whether revoked</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/verdicts.py" />
            <source>dẫn tới gốc tin cậy</source>
            <translation>leads to a trusted root</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/verdicts.py" />
            <source>không dẫn tới gốc tin cậy nào</source>
            <translation>leads to no trusted root</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/verdicts.py" />
            <source>chưa rõ có đáng tin không</source>
            <translation>unknown whether trustworthy</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/verdicts.py" />
            <source>Hiệu lực lúc ký</source>
            <translation>Valid at signing</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/verdicts.py" />
            <source>Hạn của chứng thư</source>
            <translation>Certificate's dates</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/verdicts.py" />
            <source>từ {} đến {}</source>
            <translation>from {} to {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/verdicts.py" />
            <source>Đường dẫn tin cậy</source>
            <translation>Chain of trust</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/verdicts.py" />
            <source>Vì sao</source>
            <translation>Why</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/verdicts.py" />
            <source>Chứng thư còn hạn</source>
            <translation>Certificate within its dates</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/verdicts.py" />
            <source>Chứng thư ngoài hạn</source>
            <translation>Certificate outside its dates</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/watching.py" />
            <source>Cổng thực hành</source>
            <translation>Practice portal</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/watching.py" />
            <source>Cổng</source>
            <translation>Portal</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/watching.py" />
            <source>{}: đã kết nối lúc {}</source>
            <translation>{}: connected at {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/watching.py" />
            <source>{}: không kết nối được lúc {}</source>
            <translation>{}: could not be reached at {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/watching.py" />
            <source>Cần đăng nhập cổng: xem Hộp gửi</source>
            <translation>Sign-in at the portal needed: see the outbox</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/watching.py" />
            <source>Không kết nối được lúc {}</source>
            <translation>No connection at {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/words.py" />
            <source>hôm nay</source>
            <translation>today</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/words.py" />
            <source>ngày mai</source>
            <translation>tomorrow</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/words.py" />
            <source>còn {} ngày</source>
            <translation>{} d left</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/words.py" />
            <source>hôm qua</source>
            <translation>yesterday</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/words.py" />
            <source>{} ngày trước</source>
            <translation>{} d ago</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/words.py" />
            <source>Đang làm bản bổ sung</source>
            <translation>Supplement in preparation</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/words.py" />
            <source>Bản nháp</source>
            <translation>Draft</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/words.py" />
            <source>Đang gửi</source>
            <translation>Being sent</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/words.py" />
            <source>Đã rút</source>
            <translation>Withdrawn</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/words.py" />
            <source>Mới đăng ký</source>
            <translation>Newly registered</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/words.py" />
            <source>Được tiếp nhận</source>
            <translation>Accepted</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/words.py" />
            <source>Không được tiếp nhận</source>
            <translation>Not accepted</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/words.py" />
            <source>Đang xử lý</source>
            <translation>In process</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/words.py" />
            <source>Yêu cầu bổ sung giấy tờ</source>
            <translation>Supplement asked for</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/words.py" />
            <source>Yêu cầu thực hiện nghĩa vụ tài chính</source>
            <translation>Payment asked for</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/words.py" />
            <source>Công dân yêu cầu rút hồ sơ</source>
            <translation>Withdrawal asked for</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/words.py" />
            <source>Dừng xử lý</source>
            <translation>Processing stopped</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/words.py" />
            <source>Đã xử lý xong</source>
            <translation>Processed</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/words.py" />
            <source>Đã trả kết quả</source>
            <translation>Result returned</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/words.py" />
            <source>Toàn trình</source>
            <translation>Fully online</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/words.py" />
            <source>Một phần</source>
            <translation>Partly online</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/words.py" />
            <source>Chưa rõ mức trực tuyến</source>
            <translation>Online level unknown</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/words.py" />
            <source>Mức độ {}</source>
            <translation>Level {}</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/words.py" />
            <source>HỢP LỆ</source>
            <translation>VALID</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/words.py" />
            <source>KHÔNG HỢP LỆ</source>
            <translation>NOT VALID</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/words.py" />
            <source>CHƯA XÁC ĐỊNH</source>
            <translation>INDETERMINATE</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/words.py" />
            <source>KHÔNG CÓ CHỮ KÝ</source>
            <translation>NO SIGNATURE</translation>
        </message>
        <message>
            <location filename="../../desktop/ui/words.py" />
            <source>KHÔNG ĐỌC ĐƯỢC</source>
            <translation>UNREADABLE</translation>
        </message>
    </context>
</TS>
