; What Windows is told of our files and links, for this user alone (no administrator needed).
; Included by the installer, which calls ${HosoFileTypesAdd} after the files are in place and ${HosoFileTypesRemove} first
; of all when it removes them.
; "%1" stands in quotes, and the program takes nothing but this one word after --open: an address that breaks out of its
; quotes is refused.

!macro HosoFileTypesAdd
  ; The kind of file that is ours alone opens by a double click.
  WriteRegStr HKCU "Software\Classes\.hoso" "" "Hoso.Backup.1"
  WriteRegStr HKCU "Software\Classes\Hoso.Backup.1" "" "Bản sao lưu kho hồ sơ"
  WriteRegStr HKCU "Software\Classes\Hoso.Backup.1\DefaultIcon" "" "$INSTDIR\hoso.exe,0"
  WriteRegStr HKCU "Software\Classes\Hoso.Backup.1\shell\open\command" "" '"$INSTDIR\hoso.exe" --open "%1"'
  ; Signed files belong to other programs as well: we stand among those that can open them, and take nobody's place.
  WriteRegStr HKCU "Software\Classes\Hoso.Signed.1" "" "Tệp đã ký số"
  WriteRegStr HKCU "Software\Classes\Hoso.Signed.1\DefaultIcon" "" "$INSTDIR\hoso.exe,0"
  WriteRegStr HKCU "Software\Classes\Hoso.Signed.1\shell\open\command" "" '"$INSTDIR\hoso.exe" --open "%1"'
  WriteRegStr HKCU "Software\Classes\.asice\OpenWithProgids" "Hoso.Signed.1" ""
  WriteRegStr HKCU "Software\Classes\.sce\OpenWithProgids" "Hoso.Signed.1" ""
  WriteRegStr HKCU "Software\Classes\.pdf\OpenWithProgids" "Hoso.Signed.1" ""
  WriteRegStr HKCU "Software\Classes\.xml\OpenWithProgids" "Hoso.Signed.1" ""
  ; Links hoso:PORTAL/KIND/ID
  WriteRegStr HKCU "Software\Classes\hoso" "" "URL:Hồ Sơ"
  WriteRegStr HKCU "Software\Classes\hoso" "URL Protocol" ""
  WriteRegStr HKCU "Software\Classes\hoso\DefaultIcon" "" "$INSTDIR\hoso.exe,0"
  WriteRegStr HKCU "Software\Classes\hoso\shell\open\command" "" '"$INSTDIR\hoso.exe" --open "%1"'
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
!macroend

!macro HosoFileTypesRemove
  DeleteRegKey HKCU "Software\Classes\Hoso.Backup.1"
  DeleteRegKey HKCU "Software\Classes\Hoso.Signed.1"
  DeleteRegKey HKCU "Software\Classes\hoso"
  DeleteRegKey /ifempty HKCU "Software\Classes\.hoso"
  ReadRegStr $0 HKCU "Software\Classes\.hoso" ""
  ${If} $0 == "Hoso.Backup.1"
    DeleteRegKey HKCU "Software\Classes\.hoso"
  ${EndIf}
  DeleteRegValue HKCU "Software\Classes\.asice\OpenWithProgids" "Hoso.Signed.1"
  DeleteRegValue HKCU "Software\Classes\.sce\OpenWithProgids" "Hoso.Signed.1"
  DeleteRegValue HKCU "Software\Classes\.pdf\OpenWithProgids" "Hoso.Signed.1"
  DeleteRegValue HKCU "Software\Classes\.xml\OpenWithProgids" "Hoso.Signed.1"
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
!macroend

!define HosoFileTypesAdd '!insertmacro HosoFileTypesAdd'
!define HosoFileTypesRemove '!insertmacro HosoFileTypesRemove'
