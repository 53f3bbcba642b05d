/* A PKCS#11 module for the states that SoftHSM cannot make: last try, locked, must change, hang, crash, removed, PIN pad.

   It holds one RSA-2048 key with its certificate under id 01. What it does is written in the file named by FAKE_P11,
   lines "name value", read anew at each call, so that a test changes it while the program runs. Every call that counts
   is written to "<FAKE_P11>.log" as its name and, for C_Login, the user type and the length of the PIN. Signatures are
   real: modular exponentiation, as long as nobody measures its time.

   Names: serial, flags (hex), present 0|1, pin, login (CK_RV in hex instead of the check), sign (the same), always 1,
   hidden 1 (does not say that it is always), hang NAME, crash NAME, n and d (hex), cert (path to DER), wrongkey 1
   (signs something else), tries N (locks at 0), signatures N (pulled out after so many), delay N (milliseconds that a
   signature takes, in hex). */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef unsigned long UL;
typedef unsigned char B;
typedef struct { B major, minor; } Version;
typedef struct { UL type; void *value; UL length; } Attribute;
typedef struct { UL mechanism; void *parameter; UL length; } Mechanism;
typedef struct { Version cryptoki; B maker[32]; UL flags; B description[32]; Version library; } Info;
typedef struct { B description[64], maker[32]; UL flags; Version hardware, firmware; } SlotInfo;
typedef struct {
  B label[32], maker[32], model[16], serial[16];
  UL flags, max_sessions, sessions, max_rw, rw, max_pin, min_pin, total_public, free_public, total_private, free_private;
  Version hardware, firmware;
  B time[16];
} TokenInfo;

enum { OK = 0, SLOT_INVALID = 3, GENERAL = 5, TYPE_INVALID = 0x12, DEVICE_REMOVED = 0x32, NOT_SUPPORTED = 0x54,
       PIN_INCORRECT = 0xA0, PIN_LOCKED = 0xA4, SESSION_INVALID = 0xB3, NOT_PRESENT = 0xE0, NOT_LOGGED_IN = 0x101,
       SMALL = 0x150 };

static int logged_in, reaffirmed, sessions, low, left = -1, search, signing, made;
static UL found[4];
static int found_count, found_at;

static const char *get(const char *name) {
  static char value[8][8192];
  static int turn;
  char line[8300];
  FILE *file = fopen(getenv("FAKE_P11"), "r");
  size_t length = strlen(name);
  if (!file) return NULL;
  while (fgets(line, sizeof line, file))
    if (!strncmp(line, name, length) && line[length] == ' ') {
      char *slot = value[turn = (turn + 1) % 8];
      strcpy(slot, line + length + 1);
      slot[strcspn(slot, "\n")] = 0;
      fclose(file);
      return slot;
    }
  fclose(file);
  return NULL;
}

static UL number(const char *name, UL otherwise) {
  const char *value = get(name);
  return value ? strtoul(value, NULL, 16) : otherwise;
}

static void enter(const char *name, const char *more) {
  char path[4096];
  const char *value;
  FILE *file;
  snprintf(path, sizeof path, "%s.log", getenv("FAKE_P11"));
  if ((file = fopen(path, "a"))) { fprintf(file, "%s%s\n", name, more); fclose(file); }
  if ((value = get("hang")) && !strcmp(value, name)) for (;;) sleep(1);
  if ((value = get("crash")) && !strcmp(value, name)) abort();
}

static int present(void) {
  if (number("present", 1) && made < (int)number("signatures", 0xFFFF)) return 1;
  logged_in = 0; /* what is pulled out forgets its log-in */
  return 0;
}

static void fill(B *field, size_t size, const char *text) {
  size_t length = strlen(text);
  memset(field, ' ', size);
  memcpy(field, text, length < size ? length : size);
}

static UL Initialize(void *a) { enter("C_Initialize", ""); logged_in = sessions = 0; return OK; }
static UL Finalize(void *a) { logged_in = sessions = 0; return OK; }
static UL GetInfo(Info *info) {
  memset(info, 0, sizeof *info);
  info->cryptoki.major = 2; info->cryptoki.minor = 20;
  fill(info->maker, 32, "Fake"); fill(info->description, 32, "States of tokens");
  return OK;
}
static UL GetSlotList(B only_present, UL *list, UL *count) {
  enter("C_GetSlotList", "");
  if (list && *count < 1) return SMALL;
  *count = only_present && !present() ? 0 : 1;
  if (list && *count) list[0] = 7;
  return OK;
}
static UL GetSlotInfo(UL slot, SlotInfo *info) {
  memset(info, 0, sizeof *info);
  fill(info->description, 64, "Fake reader"); fill(info->maker, 32, "Fake");
  info->flags = present() ? 7 : 6;
  return OK;
}
static UL GetTokenInfo(UL slot, TokenInfo *info) {
  const char *serial = get("serial");
  if (!present()) return NOT_PRESENT;
  memset(info, 0, sizeof *info);
  fill(info->label, 32, "Token Ánh Dương"); fill(info->maker, 32, "Fake"); fill(info->model, 16, "F1");
  fill(info->serial, 16, serial ? serial : "0001");
  info->flags = number("flags", 0x40D) | (low ? 0x10000 : 0);
  info->max_pin = 16; info->min_pin = 4;
  return OK;
}
static UL OpenSession(UL slot, UL flags, void *a, void *b, UL *session) {
  if (!present()) return NOT_PRESENT;
  *session = ++sessions;
  return OK;
}
static UL CloseSession(UL session) { return OK; }
static UL Login(UL session, UL user, B *pin, UL length) {
  char more[64], given[256];
  const char *right = get("pin");
  UL forced = number("login", OK);
  snprintf(more, sizeof more, " %lu %s%lu", user, pin ? "" : "null ", length);
  enter("C_Login", more);
  if (!present()) return DEVICE_REMOVED;
  if (forced) return forced;
  if (left < 0) left = (int)number("tries", 100);
  if (number("flags", 0x40D) & 0x100) { /* PIN pad: the person always types the right one */
    if (length) return PIN_INCORRECT;
  } else {
    snprintf(given, sizeof given, "%.*s", (int)length, (char *)pin);
    if (!right || strcmp(given, right)) { low = 1; return --left <= 0 ? PIN_LOCKED : PIN_INCORRECT; }
  }
  low = 0;
  if (user == 2) reaffirmed = 1; else logged_in = 1;
  return OK;
}
static UL Logout(UL session) { enter("C_Logout", ""); logged_in = 0; return OK; }

static UL value_of(UL object, UL type, B *out, UL *length) {
  static B cert[16384];
  UL class = object == 1 ? 1 : 3, ulong = 0;
  B flag = 1, id = 1;
  const void *from = NULL;
  UL size = 0;
  switch (type) {
    case 0x0: from = &class; size = sizeof class; break;                                      /* CKA_CLASS */
    case 0x80: from = &ulong; size = object == 1 ? sizeof ulong : 0; break;                   /* CKA_CERTIFICATE_TYPE */
    case 0x100: from = &ulong; size = object == 2 ? sizeof ulong : 0; break;                  /* CKA_KEY_TYPE: RSA */
    case 0x102: from = &id; size = 1; break;                                                  /* CKA_ID */
    case 0x108: from = &flag; size = object == 2; break;                                      /* CKA_SIGN */
    case 0x202: flag = number("always", 0) && !number("hidden", 0); from = &flag; size = object == 2; break;     /* CKA_ALWAYS_AUTHENTICATE */
    case 0x11:                                                                                /* CKA_VALUE */
      if (object == 1) {
        FILE *file = fopen(get("cert"), "rb");
        size = fread(cert, 1, sizeof cert, file);
        fclose(file);
        from = cert;
      }
  }
  if (!size) { *length = (UL)-1; return TYPE_INVALID; }
  if (out) { if (*length < size) return SMALL; memcpy(out, from, size); }
  *length = size;
  return OK;
}
static UL GetAttributeValue(UL session, UL object, Attribute *list, UL count) {
  UL worst = OK, at;
  if (!present()) return DEVICE_REMOVED;
  for (at = 0; at < count; at++) {
    UL result = value_of(object, list[at].type, list[at].value, &list[at].length);
    if (result) worst = result;
  }
  return worst;
}
static UL FindObjectsInit(UL session, Attribute *list, UL count) {
  UL object, at;
  if (!present()) return DEVICE_REMOVED;
  for (found_count = found_at = 0, object = 1; object <= 2; object++) {
    int fits = object == 1 || logged_in;
    for (at = 0; at < count; at++) {
      B value[16384];
      UL length = sizeof value;
      fits = fits && !value_of(object, list[at].type, value, &length) && length == list[at].length &&
             !memcmp(value, list[at].value, length);
    }
    if (fits) found[found_count++] = object;
  }
  search = 1;
  return OK;
}
static UL FindObjects(UL session, UL *objects, UL most, UL *count) {
  for (*count = 0; *count < most && found_at < found_count; ) objects[(*count)++] = found[found_at++];
  return OK;
}
static UL FindObjectsFinal(UL session) { search = 0; return OK; }

#define W 32 /* words of 64 bits */
typedef unsigned long long Word;
static void parse(Word *to, const char *hex) {
  size_t length = strlen(hex), at;
  memset(to, 0, W * sizeof *to);
  for (at = 0; at < length; at++) {
    char c = hex[length - 1 - at];
    to[at / 16] |= (Word)(c <= '9' ? c - '0' : c - 'a' + 10) << (at % 16 * 4);
  }
}
static Word twice(Word *a) { Word out = 0, next; int i; for (i = 0; i < W; i++) { next = a[i] >> 63; a[i] = a[i] << 1 | out; out = next; } return out; }
static void reduce(Word *a, const Word *n, Word carry) {
  int i;
  if (!carry) for (i = W - 1; i >= 0; i--) { if (a[i] < n[i]) return; if (a[i] > n[i]) break; }
  for (carry = 0, i = 0; i < W; i++) { Word d = a[i] - n[i], b = a[i] < n[i] || d < carry; a[i] = d - carry; carry = b; }
}
static void times(Word *to, const Word *a, const Word *b, const Word *n, Word inverse) { /* Montgomery's */
  Word t[W + 2] = {0};
  int i, k;
  for (i = 0; i < W; i++) {
    for (k = 0; k < 2; k++) {
      const Word *by = k ? n : a, factor = k ? t[0] * inverse : b[i];
      unsigned __int128 sum = 0;
      int at;
      for (at = 0; at < W; at++) { sum += (unsigned __int128)by[at] * factor + t[at]; t[at] = (Word)sum; sum >>= 64; }
      sum += t[W]; t[W] = (Word)sum; t[W + 1] += (Word)(sum >> 64);
    }
    memmove(t, t + 1, (W + 1) * sizeof *t);
    t[W + 1] = 0;
  }
  reduce(t, n, t[W]);
  memcpy(to, t, W * sizeof *t);
}

static UL SignInit(UL session, Mechanism *mechanism, UL key) {
  if (!mechanism) return OK;
  if (!present()) return DEVICE_REMOVED;
  if (!logged_in) return NOT_LOGGED_IN;
  if (mechanism->mechanism != 1) return 0x70; /* only CKM_RSA_PKCS, as most real tokens */
  reaffirmed = 0;
  signing = 1;
  return OK;
}
static UL Sign(UL session, B *data, UL length, B *out, UL *size) {
  Word n[W], d[W], m[W], one[W] = {1}, square[W] = {1}, result[W], inverse = 1;
  B block[256] = {0, 1};
  UL forced = number("sign", OK);
  int bit, at;
  if (!out) { *size = 256; return present() ? OK : DEVICE_REMOVED; }
  enter("C_Sign", "");
  if (!present()) return DEVICE_REMOVED;
  if (forced) return forced;
  if (number("always", 0) && !reaffirmed) return NOT_LOGGED_IN;
  if (*size < 256) return SMALL;
  memset(block + 2, 255, 253 - length);
  memcpy(block + 256 - length, data, length);
  if (number("wrongkey", 0)) block[255] ^= 1;
  parse(n, get("n")); parse(d, get("d"));
  for (at = 0; at < W; at++) for (m[at] = 0, bit = 0; bit < 8; bit++) m[at] |= (Word)block[255 - at * 8 - bit] << bit * 8;
  for (at = 0; at < 6; at++) inverse *= 2 - n[0] * inverse; /* -1/n modulo 2^64 */
  inverse = -inverse;
  for (at = 0; at < 2 * W * 64; at++) reduce(square, n, twice(square));
  times(m, m, square, n, inverse);
  times(result, one, square, n, inverse);
  for (bit = W * 64 - 1; bit >= 0; bit--) {
    times(result, result, result, n, inverse);
    if (d[bit / 64] >> bit % 64 & 1) times(result, result, m, n, inverse);
  }
  times(result, result, one, n, inverse);
  for (at = 0; at < 256; at++) out[255 - at] = (B)(result[at / 8] >> at % 8 * 8);
  *size = 256;
  made++;
  usleep((unsigned)number("delay", 0) * 1000);
  return OK;
}
static UL Unsupported(void) { return NOT_SUPPORTED; }

static struct { Version version; void *functions[68]; } list = {{2, 20}, {0}};

UL C_GetFunctionList(void **out) {
  int at;
  for (at = 0; at < 68; at++) list.functions[at] = (void *)Unsupported;
  list.functions[0] = (void *)Initialize;
  list.functions[1] = (void *)Finalize;
  list.functions[2] = (void *)GetInfo;
  list.functions[3] = (void *)C_GetFunctionList;
  list.functions[4] = (void *)GetSlotList;
  list.functions[5] = (void *)GetSlotInfo;
  list.functions[6] = (void *)GetTokenInfo;
  list.functions[12] = (void *)OpenSession;
  list.functions[13] = (void *)CloseSession;
  list.functions[18] = (void *)Login;
  list.functions[19] = (void *)Logout;
  list.functions[24] = (void *)GetAttributeValue;
  list.functions[26] = (void *)FindObjectsInit;
  list.functions[27] = (void *)FindObjects;
  list.functions[28] = (void *)FindObjectsFinal;
  list.functions[42] = (void *)SignInit;
  list.functions[43] = (void *)Sign;
  *out = &list;
  return OK;
}
