/** CloudFormation DescribeStacks: the stacks of the deployment with their outputs, in the query protocol. */
import { TRUE } from '../../analysis/model/guard';
import { printed } from '../../analysis/model/printed-text';
import type { TemplateModel } from '../../analysis/model/template-model';
import { nameOf, type Place } from '../iam/deployed-templates';
import { AwsError, type Fields } from './aws-error';

/** Stacks of one page. Small, so that a test finds callers that read only one page. */
const PAGE = 2;

/** @throws AwsError ValidationError when no stack has the name or id */
export function describeStacks(model: TemplateModel, place: Place, { StackName, NextToken }: Fields): string {
  const all = model.readers.map((reader) => ({
    reader,
    name: nameOf(reader.stack),
    id: idOf(nameOf(reader.stack), place),
  }));
  const chosen = StackName === undefined ? all : all.filter(({ name, id }) => name === StackName || id === StackName);
  if (chosen.length === 0) throw new AwsError('ValidationError', `Stack with id ${String(StackName)} does not exist`);
  const first = Number(NextToken ?? 0);
  const members = chosen.slice(first, first + PAGE).map(({ reader, name, id }) => {
    const outputs = Object.entries((reader.section('Outputs') ?? {}) as Record<string, { Value: unknown }>).map(
      ([key, { Value }]) => {
        // A value that is known only at deployment, such as the URL of a function, is written as its reference.
        const [text] = reader.texts(Value, reader.origin(`Outputs.${key}.Value`), TRUE);
        return member({ OutputKey: key, OutputValue: printed(text.value) });
      },
    );
    return `<member>${fields({ StackName: name, StackId: id, StackStatus: 'UPDATE_COMPLETE', CreationTime: '2026-11-23T12:00:00Z' })}<Outputs>${outputs.join('')}</Outputs></member>`;
  });
  const more = first + PAGE < chosen.length ? fields({ NextToken: String(first + PAGE) }) : '';
  return `<DescribeStacksResponse><DescribeStacksResult><Stacks>${members.join('')}</Stacks>${more}</DescribeStacksResult></DescribeStacksResponse>`;
}

const idOf = (name: string, { partition, region, accountId }: Place): string =>
  `arn:${partition}:cloudformation:${region}:${accountId}:stack/${name}/local`;

const member = (values: Readonly<Record<string, string>>) => `<member>${fields(values)}</member>`;
const fields = (values: Readonly<Record<string, string>>) =>
  Object.entries(values)
    .map(([name, value]) => `<${name}>${value.replace(/&/g, '&amp;').replace(/</g, '&lt;')}</${name}>`)
    .join('');
