import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { statementMarkdown } from '../../analysis/statement/markdown';
import { statementsOfAssembly } from '../../bin/bma/read-statements';
import { EXAMPLES } from '../../examples';
import { type Resources, reviewText } from './review-text';
import { assemblyOf } from './synthesized';

/** Hashes change with every build of what is bundled; everything else is meant to be reviewed. */
const withoutHashes = (text: string) => text.replace(/[0-9a-f]{64}/g, '<hash>');

/*
 * What a reviewer reads of each example: the statement of its agents, and who may do what in its templates. Names, sizes
 * and the order of properties are not in it. A difference is either meant or a bug: `npx jest test/examples/snapshot -u`.
 */
describe.each(EXAMPLES)('$name changes only on purpose:', ({ name }) => {
  const assembly = new CloudAssembly(assemblyOf(name));

  test('its templates', () => {
    expect(assembly.stacksRecursively.length).toBeGreaterThan(0);
    for (const { id, template } of assembly.stacksRecursively) {
      const { Resources } = template as { Resources: Resources };
      expect(withoutHashes(reviewText(Resources))).toMatchSnapshot(id);
    }
  });

  test('the statement of its agents', () => {
    const statements = statementsOfAssembly(assembly.directory);
    expect(statements).not.toHaveLength(0);
    for (const statement of statements) {
      expect(withoutHashes(statementMarkdown(statement))).toMatchSnapshot(statement.agent.name);
    }
  });
});
