import { concat, literalOf, textOf } from './compose-text';
import type { Text } from './text';

const ACCOUNT_FIELD = 4;

/** The account of an ARN. Empty if the ARN has none, undefined if the text isn't an ARN. */
export function accountIn(arn: Text): Text | undefined {
  const [first] = arn;
  if (typeof first !== 'string' || !first.startsWith('arn:')) {
    return undefined;
  }
  const account: Text[number][] = [];
  let field = 0;
  for (const part of arn) {
    if (typeof part !== 'string') {
      if (field === ACCOUNT_FIELD) {
        account.push(part);
      }
      continue;
    }
    const pieces = part.split(':');
    pieces.forEach((piece, at) => {
      if (field + at === ACCOUNT_FIELD && piece !== '') {
        account.push(piece);
      }
    });
    field += pieces.length - 1;
    if (field > ACCOUNT_FIELD) {
      break;
    }
  }
  return account;
}

/** The account of an ARN, unless it has none or one that isn't an account id, such as `aws`. */
export function resourceAccountIn(arn: Text): Text | undefined {
  const account = accountIn(arn);
  const known = account && literalOf(account);
  return account && account.length > 0 && (known === undefined || /^\d{12}$/.test(known)) ? account : undefined;
}

/** What follows the last slash: the name in an ARN, without the path. */
export function nameIn(text: Text): Text {
  for (let at = text.length - 1; at >= 0; at -= 1) {
    const part = text[at];
    const slash = typeof part === 'string' ? part.lastIndexOf('/') : -1;
    if (slash >= 0) {
      return concat(textOf((part as string).slice(slash + 1)), text.slice(at + 1));
    }
  }
  return text;
}

/** The name of the role of a session: `arn:aws:sts::111122223333:assumed-role/<role>/<session>`. */
export function sessionRoleIn(text: Text): Text | undefined {
  const key = text.map((part) => (typeof part === 'string' ? part : '\u0000')).join('');
  const name = /^arn:[^:]*:sts::[^:]*:assumed-role\/([^/]+)\//.exec(key)?.[1];
  if (name === undefined) {
    return undefined;
  }
  const hole = text.find((part, at) => {
    const before = text[at - 1];
    return typeof part !== 'string' && typeof before === 'string' && before.endsWith(':assumed-role/');
  });
  return name !== '\u0000' ? textOf(name) : hole === undefined ? undefined : [hole];
}
