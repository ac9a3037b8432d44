import { CfnElement, CfnParameter, CfnResource, type Stack } from 'aws-cdk-lib/core';

/** A resource in its template. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** The elements of one stack, by logical id. */
export interface TemplateElements {
  resource(id: string): TemplateResource | undefined;
  parameterDefault(id: string): unknown;
}

/** The elements of a stack that isn't synthesized yet. */
export class ConstructElements implements TemplateElements {
  private byId: ReadonlyMap<string, CfnElement> | undefined;
  private readonly definitions = new Map<string, TemplateResource | undefined>();

  constructor(private readonly stack: Stack) {}

  public resource(id: string): TemplateResource | undefined {
    if (!this.definitions.has(id)) {
      const element = this.element(id);
      this.definitions.set(id, CfnResource.isCfnResource(element) ? definitionOf(element, id) : undefined);
    }
    return this.definitions.get(id);
  }

  public parameterDefault(id: string): unknown {
    const element = this.element(id);
    return element instanceof CfnParameter ? (element.default as unknown) : undefined;
  }

  /** Listed on first use: most strings contain no element of the stack. */
  private element(id: string): CfnElement | undefined {
    this.byId ??= elementsById(this.stack);
    return this.byId.get(id);
  }
}

/** The definition of a resource in the template, unless it is omitted (`Role.customizeRoles`). */
function definitionOf(resource: CfnResource, id: string): TemplateResource | undefined {
  const { stack } = resource;
  const fragment = stack.resolve(resource._toCloudFormation()) as { Resources?: Record<string, TemplateResource> };
  return fragment.Resources?.[id];
}

/** The elements of one stack, not those of stacks inside it, by logical id. */
export function elementsById(stack: Stack): ReadonlyMap<string, CfnElement> {
  const elements = stack.node
    .findAll()
    .filter((each): each is CfnElement => CfnElement.isCfnElement(each) && each.stack === stack);
  return new Map(elements.map((each) => [String(stack.resolve(each.logicalId)), each]));
}
