/** Prints each mutant that survives when it is known: a run takes long. */
import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin';

class Survivors {
  onMutantTested({ status, fileName, location, replacement, mutatorName }) {
    if (status === 'Survived' || status === 'NoCoverage') {
      console.log(`SURVIVED ${JSON.stringify({ fileName, location, mutatorName, replacement })}`);
    }
  }
}
export const strykerPlugins = [declareClassPlugin(PluginKind.Reporter, 'survivors', Survivors)];
