import { commandRows } from '../../../src/protocol/commands/table.ts';
import { call, type Script, type Step } from '../script.ts';
import { isNotYet, later, tooDangerousToProbe } from '../coverage.ts';

/** Each command with one argument too few and, where its number is fixed, one too many: the arity error is due before anything is done. */
function arityProbes(): Step[] {
  return commandRows
    .filter(([name]) => !name.includes('|') && !later.has(name) && !tooDangerousToProbe.has(name) && !isNotYet(name))
    .flatMap(([name, arity]) => {
      const least = Math.abs(arity);
      const probes: Step[] = [];
      if (least > 1) probes.push(call(name, ...Array.from({ length: least - 2 }, () => 'x')));
      if (arity > 0) probes.push(call(name.toUpperCase(), ...Array.from({ length: arity }, () => 'x')));
      return probes;
    });
}

export const errors: readonly Script[] = [
  {
    name: 'errors: unknown commands',
    steps: [
      'NOSUCH', 'nosuch a b c', 'NOSUCH "a b" "c\\nd"', call('nosuch', 'x'.repeat(200)), call('n'.repeat(200), 'x'), call('nosuch', ...Array.from({ length: 50 }, (_, i) => `argument-${String(i)}`)), call(''), call('', 'a'), call('a\r\nb', 'c'), call(Buffer.from([255, 254]), Buffer.from([0, 1])), call('GET ', 'a'), 'SET|x a', 'config|get databases', 'CONFIG "get x"', call('CONFIG', 'n'.repeat(200)), call('OBJECT', 'a\r\nb'), 'GETT k', call('REPLCONF', '\r\nfoo\r\n', 'x'), call('FUNCTION', 'LOAD', 'a\r\nb\r\n\n', 'y'), call('DEBUG', 'ERROR', 'a\r\n'), call('MODULE', 'x\r\n'),
    ],
  },
  { name: 'errors: arities', steps: arityProbes() },
];
