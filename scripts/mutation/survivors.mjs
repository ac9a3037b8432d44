/** Prints each mutant that no test notices once it is known: the report comes after a run of an hour. */
import path from 'node:path';
import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin';

class Survivors {
  onMutantTested({ status, fileName, location: { start }, mutatorName, replacement }) {
    if (status === 'Survived' || status === 'NoCoverage') {
      const file = path.relative(process.cwd(), fileName);
      console.log(`Not noticed: ${file}:${start.line}:${start.column} ${mutatorName}: ${replacement}`);
    }
  }
}

export const strykerPlugins = [declareClassPlugin(PluginKind.Reporter, 'survivors', Survivors)];
