import { classify } from '../facts/action-classes';
import { formsOf } from '../facts/actions';
import { knownText } from '../policy/operators';
import { patternKey, subset } from '../policy/pattern';
import type { Selection, Statement } from '../policy/statement';
import { edgeKindOf } from './action-edges';
import type { EdgeKind } from './edge';
import { serviceOf } from './permission-targets';
import type { Text } from './text';

/** The actions of a statement that lead to the same kind of edge on the same resources. */
export interface ActionGroup {
  readonly kind: EdgeKind;
  readonly actions: readonly string[];
  /** ARN forms of the resources that they work on. */
  readonly forms: Forms;
  readonly certain: boolean;
}

/** ARN forms of the resources that some actions work on; one object for equal lists. */
export interface Forms {
  readonly key: string;
  readonly texts: readonly Text[];
  readonly services: ReadonlySet<string>;
}

/** Groups the actions of statements, each list of actions once. */
export class ActionGroups {
  private readonly services: readonly string[];
  private readonly groups = new Map<string, readonly ActionGroup[]>();
  private readonly forms = new Map<string, Forms>();

  /** @param services that the assembly has resources of */
  constructor(services: Iterable<string>) {
    // Roles are assumed through STS and clusters are queried through RDS Data, which have no resources of their own.
    this.services = [...services, 'sts', 'rds-data'];
  }

  /** The actions of a statement by kind and forms, for services that the assembly has resources of. */
  public of({ actions }: Statement): readonly ActionGroup[] {
    const key = [String(actions.except), ...actions.patterns.map(({ value }) => patternKey(value))].join('\u0001');
    let groups = this.groups.get(key);
    if (!groups) {
      groups = this.read(actions);
      this.groups.set(key, groups);
    }
    return groups;
  }

  private read({ except, patterns }: Selection): ActionGroup[] {
    const found = new Map<string, { kind: EdgeKind; actions: string[]; forms: Forms; certain: boolean }>();
    const add = (action: string, actionClass: string, certain: boolean): void => {
      const kind = edgeKindOf(action, actionClass);
      const known = formsOf(action) ?? [];
      // An action that starts something and has no resource form (such as answering a task of a state machine) works on
      // every resource of its service.
      const forms = this.formsOf(
        known.length > 0 || kind !== 'starts' ? known : [`arn:*:${action.slice(0, action.indexOf(':'))}:*`],
      );
      const key = `${kind} ${String(certain)} ${forms.key}`;
      const group = found.get(key) ?? { kind, actions: [], forms, certain };
      group.actions.push(action);
      found.set(key, group);
    };
    const expand = (pattern: string, certain: boolean, keep: (action: string) => boolean = () => true): void => {
      const [prefix, name = '*'] = pattern.toLowerCase().split(':');
      const named = /[*?]/.test(prefix)
        ? this.services.filter((service) => subset([service], [prefix]) === 'yes')
        : this.services.filter((service) => service === prefix);
      for (const service of named) {
        for (const entry of classify(`${service}:${name}`)) {
          if (keep(entry.action)) {
            add(entry.action, entry.class, certain);
          }
        }
      }
    };
    if (except) {
      expand('*:*', true, (action) =>
        patterns.every(({ value }) => subset([action], value, { ignoreCase: true }) !== 'yes'),
      );
    } else {
      for (const { value } of patterns) {
        const known = knownText(value);
        expand(known ?? '*:*', known !== undefined);
      }
    }
    return [...found.values()];
  }

  private formsOf(forms: readonly string[]): Forms {
    const key = forms.join(' ');
    let known = this.forms.get(key);
    if (!known) {
      const texts = forms.map((form): Text => [form]);
      known = { key, texts, services: new Set(texts.flatMap((form) => serviceOf(form) ?? [])) };
      this.forms.set(key, known);
    }
    return known;
  }
}
