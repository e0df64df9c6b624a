import { parseInfo } from '../connection/capabilities.ts';
import { failureOfReply, failureOfSocket } from '../connection/failures.ts';
import type { ConnectionProfile } from '../connection/profile.ts';
import type { Sessions } from '../connection/session.ts';
import { endpointLabel } from '../connection/url.ts';
import { encodeRequest } from '../../protocol/resp/encode.ts';
import { Failure } from '../failure.ts';
import { createWire, frameText, marks, type Wire } from '../transfer/wire.ts';

/** What INFO says of a server, section after section. */
export type Info = ReadonlyMap<string, string>;

/** Asks one server for INFO again and again, over a channel of its own: the Command Log would be full of it. */
export interface InfoAsker {
  /** The fields of these sections. A server that cannot be asked is an answer too, and is connected to anew the next time. */
  ask(sections: readonly string[]): Promise<Info | Failure>;
  close(): void;
}

/** Opens nothing yet. `patience`: ms without a byte of a reply until a link is given up. */
export function createInfoAsker(sessions: Sessions, profile: ConnectionProfile, { patience, signal }: { readonly patience: number; readonly signal: AbortSignal }): InfoAsker {
  const where = endpointLabel(profile);
  let wire: Wire | undefined;

  const put = async (sections: readonly string[]): Promise<Info> => {
    wire ??= createWire(await sessions.openChannel(profile, profile.database ?? 0, 'replicate'), { where, signal, patience });
    await wire.send(Buffer.concat(sections.map((section) => encodeRequest(['INFO', section]))));
    const texts: string[] = [];
    await wire.frames(sections.length, (frame) => {
      if (frame.mark === marks.error) throw failureOfReply(frameText(frame), ['INFO']);
      texts.push(frameText(frame));
    });
    return parseInfo(texts.join('\n'));
  };

  return {
    async ask(sections) {
      try {
        return await put(sections);
      } catch (error) {
        wire?.close();
        wire = undefined;
        return error instanceof Failure ? error : failureOfSocket(error, where);
      }
    },
    close() {
      wire?.close();
      wire = undefined;
    },
  };
}
