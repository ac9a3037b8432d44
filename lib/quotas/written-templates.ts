import * as fs from 'fs';
import * as path from 'path';
import { Stack, Stage } from 'aws-cdk-lib/core';
import { DeployedText } from './deployed-text';
import { elementsById, type TemplateElements, type TemplateResource } from './template-elements';

interface Template {
  readonly Resources?: Readonly<Record<string, TemplateResource>>;
  readonly Parameters?: Readonly<Record<string, { readonly Default?: unknown }>>;
  readonly Outputs?: Readonly<
    Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: unknown } }>
  >;
}

/** The template of a stack as the CDK wrote it. */
export class WrittenTemplate implements TemplateElements {
  public readonly text: DeployedText;
  /** Bytes of the file. */
  public readonly size: number;
  private readonly template: Template;
  private paths: ReadonlyMap<string, string> | undefined;

  constructor(
    private readonly stack: Stack,
    exports: (name: string) => string | undefined,
  ) {
    const written = fs.readFileSync(path.join(Stage.of(stack)?.outdir ?? '', stack.templateFile));
    this.size = written.length;
    this.template = JSON.parse(written.toString()) as Template;
    this.text = new DeployedText(stack, this, exports);
  }

  public get resources(): [id: string, resource: TemplateResource][] {
    return Object.entries(this.template.Resources ?? {});
  }

  public get exports(): [name: unknown, value: unknown][] {
    return Object.values(this.template.Outputs ?? {}).flatMap(({ Value, Export }) =>
      Export ? [[Export.Name, Value]] : [],
    );
  }

  public resource(id: string): TemplateResource | undefined {
    return this.template.Resources?.[id];
  }

  public parameterDefault(id: string): unknown {
    return this.template.Parameters?.[id]?.Default;
  }

  /** Construct path of a resource. Looked up only for a report. */
  public pathOf(id: string): string {
    this.paths ??= new Map([...elementsById(this.stack)].map(([each, { node }]) => [each, node.path]));
    return this.paths.get(id) ?? `${this.stack.node.path}/${id}`;
  }
}

/** The templates of a Stage, each read once, on first use. */
export class WrittenTemplates {
  private readonly templates = new Map<Stack, WrittenTemplate>();
  private exports: ReadonlyMap<unknown, () => string> | undefined;

  /** The stacks of the Stage, nested ones included. */
  public readonly stacks: readonly Stack[];

  constructor(stage: Stage) {
    this.stacks = stage.node.findAll().filter((each): each is Stack => Stack.isStack(each) && Stage.of(each) === stage);
  }

  public of(stack: Stack): WrittenTemplate {
    const template = this.templates.get(stack) ?? new WrittenTemplate(stack, (name) => this.exported(name));
    this.templates.set(stack, template);
    return template;
  }

  /** The value of an export of the Stage. */
  private exported(name: string): string | undefined {
    this.exports ??= new Map(
      this.stacks.flatMap((stack) => {
        const { exports, text } = this.of(stack);
        return exports.map(([exported, value]): [unknown, () => string] => [exported, () => text.writeResolved(value)]);
      }),
    );
    return this.exports.get(name)?.();
  }
}
