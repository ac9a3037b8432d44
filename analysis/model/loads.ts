import { computeKindOf } from '../../lib/facts/compute-kinds';
import { entryTypeOf } from '../facts/entry-types';
import type { Resource, Stack } from './assembly';
import { concat, literalOf } from './compose-text';
import type { Edge } from './edge';
import { identities } from './identities';
import { at } from './json';
import { keyTest } from './key-test';
import { mentionsOf } from './mentions';
import type { Model } from './model';
import type { Node } from './node';
import { remembered } from './remembered';
import type { Text } from './text';

/**
 * The edges from stores of files, images and values to what works under a role and loads its code, image or settings
 * from there: whoever writes to such a store decides what runs. Every property counts, except those that say where
 * something is written to and those that are input of the code.
 */
export function loads(model: Model): readonly Edge[] {
  return model.view(collect);
}

/** Stores whose content is in another store: a layer, an access point, a plugin, a component of an image. */
const PARTS: ReadonlySet<string> = new Set([
  'AWS::S3::AccessPoint',
  'AWS::EFS::AccessPoint',
  'AWS::Lambda::LayerVersion',
  'AWS::KafkaConnect::CustomPlugin',
  'AWS::ImageBuilder::Component',
  'AWS::ImageBuilder::ContainerRecipe',
  'AWS::ImageBuilder::ImageRecipe',
]);

/** Types of stores, with the property that names one. */
const STORES: ReadonlyMap<string, string> = new Map([
  ...[...PARTS].map((type): [string, string] => [type, '']),
  ['AWS::S3::Bucket', 'BucketName'],
  ['AWS::S3::AccessPoint', 'Name'],
  ['AWS::S3Express::DirectoryBucket', 'BucketName'],
  ['AWS::ECR::Repository', 'RepositoryName'],
  ['AWS::CodeCommit::Repository', 'RepositoryName'],
  ['AWS::EFS::FileSystem', ''],
  ['AWS::SSM::Parameter', 'Name'],
]);

/** Types that work under the role of an instance profile. */
const INSTANCES = ['AWS::EC2::Instance', 'AWS::EC2::LaunchTemplate', 'AWS::ImageBuilder::ImagePipeline'];

/** Properties that say where something is written to, what is recorded, or what is input of the code. */
const isWrittenOrToldKey = keyTest(
  /destination|output|report|result|export|log(?!in)|^(?:Artifacts|ArtifactS3Location|EnvironmentVariables|Variables|Definition|DefinitionString|DefinitionSubstitutions|DefaultArguments|NonOverridableArguments|Targets|Tags|Metadata|Description|.*Polic(?:y|ies).*)$/i,
);

/**
 * Arguments of an AWS Glue job that name files of code, among those that are input of the code.
 * Source: docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html
 */
const isArgumentWithCode = keyTest(
  /^--(?:extra-(?:py-files|jars|files)|additional-python-modules|scriptLocation|conf)$/,
);

/**
 * Whether a resource runs code that it loads. Not counted are what stores or delivers data, and the agent itself: its
 * image and files govern it.
 */
function runsCode({ type }: Resource): boolean {
  const kind = entryTypeOf(type)?.kind ?? '';
  return (
    (!['mapping', 'authorization'].includes(kind) || type === 'AWS::KafkaConnect::Connector') &&
    !/^AWS::(?:S3|RDS|CloudTrail|IAM|Scheduler)::/.test(type) &&
    computeKindOf(type) === undefined
  );
}

/** A store that something loads from, in the app or only named by it. */
interface Store {
  readonly id: string;
  readonly type: string;
}

function collect(model: Model): Edge[] {
  const stores = model.ofType(...STORES.keys());
  const outside = storesOutside(model);
  if (stores.length + outside.length === 0) {
    return [];
  }
  const named = new Map<string, Store>([
    ...outside.map((store): [string, Store] => [store.name, store]),
    ...namesOf(stores),
  ]);
  const working = new Set(identities(model).all.flatMap(({ runs }) => runs.map(({ resource }) => resource)));
  const takers = [
    ...[...working].filter(runsCode),
    ...model.ofType(...INSTANCES),
    ...stores.filter(({ type }) => PARTS.has(type)),
  ];
  const parameters = new Map<Stack, string>();
  return takers.flatMap((resource) =>
    [...referenced(model, resource), ...byName(resource, named, parameters)].map(([store, node]): Edge => ({
      from: store.id,
      to: resource.id,
      kind: 'loads',
      guard: node.guard.and(resource.guard),
      certainty: 'maybe',
      because: node.place,
    })),
  );
}

type Found = readonly [store: Store, node: Node];

function referenced(model: Model, resource: Resource): Found[] {
  return mentionsOf(model, resource)
    .filter(({ resource: { type }, path }) => STORES.has(type) && !isWrittenOrTold(path))
    .map((mention): Found => [mention.resource, mention.node]);
}

function isWrittenOrTold(path: readonly string[]): boolean {
  if (path.some(isArgumentWithCode)) {
    return false;
  }
  // The variables of a container. The environment of a build isn't input: it has the image.
  return path.some((key, index) => isWrittenOrToldKey(key) || (key === 'Environment' && path[index + 1] === 'Value'));
}

const textOfParts = (text: Text): string => text.map((part) => (typeof part === 'string' ? part : part.key)).join('');

/** A store that is not in the app. */
export interface OutsideStore extends Store {
  readonly name: string;
  readonly arn: Text;
}

/** Forms of ARNs in policies, with the type of store that they name. */
const OUTSIDE_STORES: readonly (readonly [RegExp, string])[] = [
  [/^arn:[^:]*:s3:::([^/*?]+)/, 'AWS::S3::Bucket'],
  [/^arn:[^:]*:ecr:[^:]*:[^:]*:repository\/([^*?]+)$/, 'AWS::ECR::Repository'],
  [/^arn:[^:]*:ssm:[^:]*:[^:]*:parameter(\/[^*?]+)$/, 'AWS::SSM::Parameter'],
];

/** Stores outside of the app that a policy of an agent's role names. What loads from them may be in the app. */
export function storesOutside(model: Model): readonly OutsideStore[] {
  return model.view(collectOutside);
}

function collectOutside(model: Model): OutsideStore[] {
  const found = new Map<string, OutsideStore>();
  for (const { statements, granted } of identities(model).rolesOfAgents) {
    for (const { effect, resources } of [...statements, ...granted]) {
      for (const { value } of effect === 'Deny' || resources.except ? [] : resources.patterns) {
        const text = textOfParts(value);
        const [name, type] = OUTSIDE_STORES.flatMap(([form, each]) => {
          const match = form.exec(text);
          return match ? [[match[1], each]] : [];
        })[0] ?? [undefined, ''];
        if (name !== undefined && model.mentioned(value).length === 0) {
          const id = `${type} ${name}`;
          found.set(id, { id, type, name, arn: type === 'AWS::S3::Bucket' ? beforeSlash(value) : value });
        }
      }
    }
  }
  return [...found.values()];
}

/** The bucket of an object. */
function beforeSlash(arn: Text): Text {
  const index = arn.findIndex((part) => typeof part === 'string' && part.includes('/'));
  const part = arn[index];
  return typeof part === 'string' ? concat(arn.slice(0, index), [part.slice(0, part.indexOf('/'))]) : arn;
}

function namesOf(stores: readonly Resource[]): ReadonlyMap<string, Resource> {
  return new Map(
    stores.flatMap((store): [string, Resource][] => {
      const property = STORES.get(store.type)!;
      const texts = property === '' ? [] : store.properties.at(property).flatMap((node) => node.texts());
      return texts.flatMap(({ value }) => {
        const name = literalOf(value);
        return name === undefined ? [] : [[name, store] as [string, Resource]];
      });
    }),
  );
}

/**
 * Stores that a resource names by text: `s3://data/job.py`, `data/source.zip`, `{{resolve:ssm:/boot}}`.
 *
 * @param parameters of each stack as JSON, made once: the name of a parameter of Parameter Store is the default of one
 */
function byName(resource: Resource, named: ReadonlyMap<string, Store>, parameters: Map<Stack, string>): Found[] {
  if (named.size === 0) {
    return [];
  }
  const text = JSON.stringify(resource.raw.Properties) ?? '';
  const ofStack = remembered(parameters, resource.stack, () =>
    JSON.stringify(at(resource.stack.template, 'Parameters') ?? {}),
  );
  const candidates = [...named].filter(([name]) => text.includes(name) || ofStack.includes(name));
  const found: Found[] = [];
  const visit = (node: Node, path: readonly string[], below = candidates): void => {
    // What is written elsewhere, or told to code, names a store for that. The value of a parameter is put in its place.
    const asked = isWrittenOrTold(path) ? below.filter(([, { type }]) => type === 'AWS::SSM::Parameter') : below;
    if (asked.length === 0) {
      return;
    }
    if (node.kind === 'object') {
      node.entries().forEach(([key, value]) => visit(value, [...path, key], asked));
    } else if (node.kind === 'list') {
      node.items().forEach((item) => visit(item, path, asked));
    } else {
      for (const { value } of node.texts()) {
        const written = value
          .map((part) => (typeof part !== 'string' && part.kind === 'parameter' && part.from) || [part])
          .map(textOfParts)
          .join('');
        asked
          .filter(([name, { type }]) => isNameOf(type, name, written, path[path.length - 1] ?? ''))
          .forEach(([, store]) => store !== resource && found.push([store, node]));
      }
    }
  };
  if (candidates.length > 0) {
    visit(resource.properties, []);
  }
  return found;
}

function isNameOf(type: string, name: string, text: string, key: string): boolean {
  const last = type.slice(type.lastIndexOf(':') + 1);
  switch (last) {
    case 'Parameter':
      return text.includes(`:${name}}}`) || text.includes(`:${name}:`) || text === `resolve:ssm:${name}`;
    case 'Repository':
      return text === name ? /repositor/i.test(key) : text.includes(`/${name}:`) || text.includes(`/${name}@`);
    default:
      return text === name
        ? /bucket/i.test(key)
        : new RegExp(`(?:^|/|:)${escaped(name)}(?:/|\\.s3)|:::${escaped(name)}$`).test(text);
  }
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
