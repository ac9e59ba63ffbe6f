// biome-ignore format: a word list reads better in rows
/** Words that most guessed passwords of 12 characters and more are built from, lower case. */
const GUESSED_WORDS = [
  'password', 'passwort', 'passwd', 'passphrase', 'motdepasse', 'contrasena', 'senha', 'parola', 'wachtwoord', 'haslo', 'admin', 'administrator',
  'manager', 'welcome', 'willkommen', 'bienvenue', 'letmein', 'iloveyou', 'qwerty', 'qwertz', 'azerty', 'qwertyuiop', 'qwertzuiop', 'azertyuiop',
  'asdfghjkl', 'zxcvbnm', 'yxcvbnm', 'asdf', 'football', 'baseball', 'basketball', 'superman', 'batman', 'dragon', 'monkey', 'sunshine', 'princess',
  'master', 'shadow', 'trustno', 'starwars', 'whatever', 'freedom', 'computer', 'internet', 'michael', 'jennifer', 'charlie', 'liverpool', 'chelsea',
  'arsenal', 'summer', 'winter', 'spring', 'autumn', 'january', 'december', 'secret', 'geheim', 'default', 'changeme', 'test', 'guest', 'root',
  'user', 'login', 'access', 'store', 'shop', 'endcap', 'market', 'correcthorsebatterystaple', 'abc', 'abcdefghijklmnopqrstuvwxyz',
] as const;

/** Digits and signs that people put round or into such a word; what is left of a password after taking them away is what it rests on. */
const DECORATION = /[^\p{L}]+/gu;

/** Letters written as digits and signs. */
const LOOKALIKES: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
};

/**
 * Why a password is too easy to guess, as a sentence, or `undefined` when nothing speaks against it. `names` are words that an attacker knows:
 * the account's, the store's.
 */
export function weaknessOf(password: string, names: readonly string[]): string | undefined {
  const plain = password.normalize('NFKC').toLowerCase();
  if ([...plain].length < 12) return 'It has fewer than 12 characters.';
  if (new Set(plain).size < 5) return 'It repeats the same few characters.';
  if (isRun(plain)) return 'It is a run of neighbouring characters.';
  if (!/\p{L}/u.test(plain)) return 'It holds no letters.';
  const known: readonly string[] = [...GUESSED_WORDS, ...names.map((name) => name.toLowerCase()).filter((name) => name.length >= 3)];
  const inner = plain.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
  const spelled = [...inner].map((sign) => LOOKALIKES[sign] ?? sign).join('');
  for (const text of [plain, spelled]) {
    if (restsOn(text.replace(DECORATION, ''), known)) return 'It is a common word or name with a few signs around it.';
  }
  return undefined;
}

/** Whether fewer than 4 letters remain after the known words are taken out, longest first. */
function restsOn(letters: string, known: readonly string[]): boolean {
  let rest = letters;
  for (const word of [...known].sort((left, right) => right.length - left.length))
    rest = rest.replaceAll(word.replace(DECORATION, '') || '\0', '');
  return rest.length < 4;
}

/** Whether most characters follow or repeat their neighbour: `123456789012`, `aaaabbbbccccdddd`. */
function isRun(text: string): boolean {
  const codes = [...text].map((sign) => sign.codePointAt(0) ?? 0);
  const steps = codes.slice(1).filter((code, at) => Math.abs(code - (codes[at] ?? 0)) <= 1).length;
  return steps >= (codes.length - 1) * 0.7;
}
