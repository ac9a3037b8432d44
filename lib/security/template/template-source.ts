/** A resource as it stands in a template. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly Condition?: string;
  readonly Metadata?: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
}

/** The parts of a CloudFormation template that decide what is deployed. */
export interface Template {
  readonly Metadata?: Readonly<Record<string, unknown>>;
  readonly Resources?: Readonly<Record<string, TemplateResource>>;
  readonly Parameters?: Readonly<
    Record<string, { readonly Type?: string; readonly AllowedValues?: readonly unknown[] }>
  >;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Mappings?: Readonly<Record<string, Record<string, Record<string, unknown>>>>;
  readonly Outputs?: Readonly<
    Record<
      string,
      { readonly Value: unknown; readonly Export?: { readonly Name: unknown }; readonly Condition?: string }
    >
  >;
}

/** One stack with its final template: what an index is made from. Nested stacks are sources of their own. */
export interface TemplateSource {
  /** Unique in an app: the construct path of the stack; for a nested stack that of its parent, `/` and a logical id. */
  readonly id: string;
  /** Name of the deployed stack, if known. */
  readonly stackName?: string;
  /** Account of the stack, unless it is decided at deployment. */
  readonly account?: string;
  /** Region of the stack, unless it is decided at deployment. */
  readonly region?: string;
  readonly template: Template;
  /** Where the template was read from. */
  readonly templatePath?: string;
  /** The resource of the parent template that deploys this nested stack. */
  readonly nestedIn?: NestedStackPlace;
  /** Construct path of a resource, where it is known. */
  constructPathOf(logicalId: string): string | undefined;
}

/** Where a nested stack stands in its parent. */
export interface NestedStackPlace {
  readonly sourceId: string;
  readonly logicalId: string;
}
