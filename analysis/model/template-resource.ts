import type { Resource, Stack } from './assembly';
import { type Guard, TRUE } from './guard';
import { at } from './json';
import type { Node } from './node';
import { TemplateNode } from './template-node';
import { type TemplateReader } from './template-reader';

/** A resource of a template; its guard and properties are read when they are asked for. */
export class TemplateResource implements Resource {
  public readonly id: string;
  private when?: Guard;
  private node?: Node;

  constructor(
    public readonly reader: TemplateReader,
    public readonly logicalId: string,
    public readonly type: string,
    public readonly raw: Readonly<Record<string, unknown>>,
  ) {
    this.id = `${reader.stack.id}#${logicalId}`;
  }

  public get stack(): Stack {
    return this.reader.stack;
  }

  public get constructPath(): string | undefined {
    return this.stack.constructPathOf(this.logicalId);
  }

  public get guard(): Guard {
    this.when ??= this.readGuard();
    return this.when;
  }

  public get properties(): Node {
    this.node ??= new TemplateNode(
      { kind: 'json', json: at(this.raw, 'Properties') ?? {} },
      this.guard,
      this.reader.origin('Properties', this),
      this.reader,
      undefined,
    );
    return this.node;
  }

  private readGuard(): Guard {
    const { model } = this.reader;
    const condition = at(this.raw, 'Condition');
    const own = typeof condition === 'string' ? this.reader.conditions.guard(condition) : TRUE;
    const parent = model.parentOf(this.stack);
    return parent
      ? model.once(
          `${this.id} guard`,
          () => own.and(parent.resource.guard),
          () => own,
        )
      : own;
  }
}

/** Whether some deployment may not have a resource. */
export function mayBeMissing(resource: Resource): boolean {
  return resource.stack.nestedIn !== undefined || Object.hasOwn(resource.raw, 'Condition');
}
