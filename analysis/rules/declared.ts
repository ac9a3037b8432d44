import type { Resource, Stack } from '../model/assembly';
import { textKey } from '../model/compose-text';
import { identities, type Identity } from '../model/identities';
import type { TemplateModel } from '../model/template-model';
import type { Place, Text, Unreadable } from '../model/text';
import { subset } from '../policy/pattern';
import type { Statement } from '../policy/statement';
import { type Declaration, declarationsOf, one } from './read-declarations';

/** A way out of a network, for {@link Declared.egress}. */
export interface DeclaredEgress {
  /** The security group, rule or route: it has to be in the scope of the declaration. */
  readonly at: Resource;
  readonly vpc: Text;
  readonly peer: Text;
  readonly port: number;
}

/** The decisions of an app's owner: the declarations in the metadata of its templates. */
export class Declared {
  public readonly all: readonly Declaration[];

  private readonly used = new Set<string>();
  private readonly expiredButNeeded = new Set<string>();
  private readonly exempted = new Map<Stack, boolean>();

  constructor(
    private readonly model: TemplateModel,
    now: Date,
  ) {
    this.all = model.readers.flatMap(({ stack }) => declarationsOf(model, stack, now));
  }

  /**
   * Whether an identity may use an action.
   *
   * @param holders where the permission is: the policy, the role. One of them has to be in the scope of the declaration
   * @param resource what it is used on; without one only a declaration for every resource counts
   */
  public action(
    identity: Identity,
    action: string,
    holders: readonly (Resource | undefined)[],
    resource?: Text,
  ): boolean {
    return this.find('action', holders, ({ texts }) => {
      const resources = texts.get('resources');
      return (
        one(texts, 'action')?.toLowerCase() === action.toLowerCase() &&
        this.namesIdentity(texts.get('role') ?? [], identity) &&
        (resources === undefined ||
          (resource !== undefined && resources.some((each) => subset(this.model.canonical(resource), each) === 'yes')))
      );
    });
  }

  /** Whether every resource of a use of an action is declared. */
  public use(identity: Identity, action: string, statement: Statement): boolean {
    const holders = [statement.holder, identity.resource];
    const { except, patterns } = statement.resources;
    return (
      this.action(identity, action, holders) ||
      (!except && patterns.length > 0 && patterns.every(({ value }) => this.action(identity, action, holders, value)))
    );
  }

  /** Whether a network may have a way out. */
  public egress({ at: holder, vpc, peer, port }: DeclaredEgress): boolean {
    const same = (left: Text | undefined, right: Text) =>
      left !== undefined && textKey(left) === textKey(this.model.canonical(right));
    return this.find(
      'egress',
      [holder],
      ({ texts }) =>
        same(texts.get('vpc')?.[0], vpc) &&
        same(texts.get('peer')?.[0], peer) &&
        Number(one(texts, 'port') ?? '443') === port,
    );
  }

  /**
   * Whether a resource policy may let somebody in. A declaration of an account covers its roles and users.
   *
   * @param holder the policy, or the resource that has it
   */
  public principal(kind: string, name: Text, holder: Resource): boolean {
    const canonical = this.model.canonical(name);
    const account = accountIn(canonical);
    return this.find('principal', [holder], ({ principals }) =>
      principals.some(
        (declared) =>
          declared.kind === kind &&
          (textKey(declared.name) === textKey(canonical) ||
            (kind === 'AWS' && account !== undefined && accountIn(declared.name, true) === account)),
      ),
    );
  }

  /** Whether a part that can't be read is declared as reviewed, by its origin or by its name in templates. */
  public unreadable({ origin }: Unreadable, ...written: readonly Text[]): boolean {
    const { stack, resource } = origin;
    const places = new Set([
      ...(resource ? [resource.id] : []),
      ...stacksAbove(this.model, stack),
      `${stack.id}#${locatedName(origin)}`,
    ]);
    const isPart = this.find('unreadable', undefined, ({ parts }) => [...places].some((place) => parts.has(place)));
    return isPart || written.some((text) => this.outside(text));
  }

  /** Whether something outside of the app is declared: an imported role, VPC, policy or trail, by ARN, id or name. */
  public outside(text: Text): boolean {
    const canonical = this.model.canonical(text);
    const key = textKey(canonical);
    return this.find('unreadable', undefined, ({ texts }) =>
      (texts.get('names') ?? []).some((name) => textKey(name) === key),
    );
  }

  /** Whether a resource that can't be read, or is read in part, is declared. */
  public part(resource: Resource): boolean {
    const places = [resource.id, ...stacksAbove(this.model, resource.stack)];
    return this.find('unreadable', undefined, ({ parts }) => places.some((place) => parts.has(place)));
  }

  /** Whether nothing of a stack is judged. A stack that is nested in an exempt one is exempt, too. */
  public exempt(stack: Stack): boolean {
    let known = this.exempted.get(stack);
    if (known === undefined) {
      const line = new Set(stacksAbove(this.model, stack));
      known = this.find('exempt', undefined, ({ place }) => line.has(place.stack.id));
      this.exempted.set(stack, known);
    }
    return known;
  }

  /** Expired declarations that a rule would have used, and declarations that no rule used. Equal ones are listed once. */
  public leftOver(): { readonly expired: Declaration[]; readonly unused: Declaration[] } {
    const once = [...new Map(this.all.map((each) => [each.key, each])).values()];
    return {
      expired: once.filter(({ key, inForce }) => !inForce && this.expiredButNeeded.has(key)),
      unused: once.filter(({ key, inForce }) => inForce && !this.used.has(key)),
    };
  }

  private find(
    kind: Declaration['kind'],
    holders: readonly (Resource | undefined)[] | undefined,
    matches: (declaration: Declaration) => boolean,
  ): boolean {
    let found = false;
    for (const declaration of this.all) {
      if (declaration.kind === kind && (!holders || inScope(declaration, holders)) && matches(declaration)) {
        (declaration.inForce ? this.used : this.expiredButNeeded).add(declaration.key);
        found ||= declaration.inForce;
      }
    }
    return found;
  }

  private namesIdentity(roles: readonly Text[], identity: Identity): boolean {
    return roles.some(
      (role) =>
        textKey(role) === textKey(identity.arn) ||
        identities(this.model)
          .named(role)
          .some(({ id }) => id === identity.id),
    );
  }
}

function inScope({ place, within }: Declaration, holders: readonly (Resource | undefined)[]): boolean {
  return holders.some(
    (holder) => holder && holder.stack.id === place.stack.id && (within?.has(holder.logicalId) ?? true),
  );
}

/** Ids of a stack and of the stacks it is nested in. */
function stacksAbove(model: TemplateModel, stack: Stack): string[] {
  const line = [stack.id];
  for (let parent = stack.nestedIn?.stack; parent !== undefined && !line.includes(parent);) {
    line.push(parent);
    const id = parent;
    parent = model.readers.find((reader) => reader.stack.id === id)?.stack.nestedIn?.stack;
  }
  return line;
}

function locatedName({ path }: Place): string {
  return path.split('.')[1] ?? '';
}

/** The account of an ARN of a principal, as a key. With `whole`, only for a principal that means its whole account. */
function accountIn(name: Text, whole = false): string | undefined {
  const key = textKey(name);
  const root = /^(\d{12})$/.exec(key) ?? /^arn:[^:]*:iam::([^:]+):root$/.exec(key);
  const any = root ?? (whole ? null : /^arn:[^:]*:(?:iam|sts)::([^:]+):/.exec(key));
  return any?.[1];
}
