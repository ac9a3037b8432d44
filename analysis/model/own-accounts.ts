import { AGENT_SERVICES } from '../../lib/facts/compute-kinds';
import type { Statement } from '../policy/statement';
import { accountIn } from './arn-parts';
import { literalOf, soleHole, textOf } from './compose-text';
import { identities } from './identities';
import type { Model } from './model';
import type { Text } from './text';

/**
 * The owner of an account, a resource or an identity. `own`: of an account that the assembly is deployed to. `aws`: of
 * AWS. `foreign`: of another account. `unread`: whoever deploys decides. `unknown`: the text doesn't say.
 */
export type Owner = 'own' | 'aws' | 'foreign' | 'unread' | 'unknown';

/** Tells the owner's accounts from others. */
export class OwnAccounts {
  private readonly own: ReadonlySet<string>;

  constructor(private readonly model: Model) {
    const deployed = model.assembly.stacks.flatMap(({ account }) => literalOf(account) ?? []);
    this.own = new Set(deployed.length > 0 ? deployed : statedAccounts(model));
  }

  /** The owner of an account: of twelve digits, or a hole for them. */
  public ofAccount(account: Text): Owner {
    const known = literalOf(account);
    if (known === undefined) {
      const hole = soleHole(account);
      return hole?.kind === 'pseudo' || hole?.kind === 'reference' ? 'own' : 'unread';
    }
    if (known === 'aws' || known === 'cloudfront') {
      return 'aws';
    }
    if (!/^\d{12}$/.test(known)) {
      return 'unknown';
    }
    return this.own.has(known) ? 'own' : this.own.size === 0 ? 'unknown' : 'foreign';
  }

  /** The owner of a resource or an identity, by its ARN or account. What the assembly creates belongs to its owner. */
  public of(text: Text): Owner {
    const canonical = this.model.canonical(text);
    if (soleHole(canonical)?.kind === 'reference') {
      return 'own';
    }
    const account = accountIn(canonical);
    if (!account) {
      return this.ofAccount(canonical);
    }
    // Only some ARNs have no account: a bucket of the assembly is known by its name.
    return account.length > 0 ? this.ofAccount(account) : this.model.named(canonical).length > 0 ? 'own' : 'unknown';
  }
}

/** The accounts of the owner. */
export function ownAccounts(model: Model): OwnAccounts {
  return model.view(build);
}

const build = (model: Model): OwnAccounts => new OwnAccounts(model);

/** The account of an ARN or of the URL of a queue, or the account itself. */
export function accountOf(text: Text): Text | undefined {
  const known = literalOf(text);
  if (known !== undefined && /^\d{12}$/.test(known)) {
    return text;
  }
  const url = known === undefined ? undefined : /^https:\/\/sqs\.[^/]+\/(\d{12})\//.exec(known)?.[1];
  const account = url === undefined ? accountIn(text) : textOf(url);
  return account && account.length > 0 ? account : undefined;
}

/**
 * The accounts that the trust policies of agents' roles name in `aws:SourceAccount`. They are used if no stack has a
 * known account: no other account works there.
 */
function statedAccounts(model: Model): string[] {
  const isOfAgent = ({ principals }: Statement) =>
    principals !== 'attached' &&
    principals.some(({ name }) => AGENT_SERVICES.includes(literalOf(name.value)?.toLowerCase() ?? ''));
  return identities(model)
    .all.flatMap(({ trust }) => trust)
    .filter(isOfAgent)
    .flatMap(({ conditions }) => conditions)
    .filter(({ key }) => key === 'aws:sourceaccount')
    .flatMap(({ values }) => values.flatMap(({ value }) => literalOf(value) ?? []));
}
