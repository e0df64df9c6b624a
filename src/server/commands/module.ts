import type { Handler, Handlers } from '../state.ts';
import { EMPTY_ARRAY, fail } from './support.ts';

const load: Handler = () => fail('ERR Error loading the extension. Please check the server logs.');

/** MODULE: there are none, and none can be loaded. */
export const moduleCommands: Handlers = {
  'module|list': () => EMPTY_ARRAY,
  'module|load': load,
  'module|loadex': load,
  'module|unload': () => fail('ERR Error unloading module: no such module with that name'),
};
