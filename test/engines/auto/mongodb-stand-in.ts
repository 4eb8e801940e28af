import { createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { BSON } from "mongodb";
import type { PeerKind } from "../peers/peer.ts";

/**
 * MongoDB is in no Debian package, and its kin takes minutes to build. This speaks so much of its wire protocol (OP_MSG, and
 * OP_QUERY for the first hello) that the real driver inserts and finds: it answers every command that everything went well, and
 * every find that there is nothing.
 */
export const mongodbStandIn: PeerKind = {
  name: "a stand-in for MongoDB",
  isInstalled: () => true,
  async start() {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      serve(socket);
    });
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    return {
      variables: {
        MONGODB_URL: `mongodb://127.0.0.1:${(server.address() as AddressInfo).port}/?directConnection=true`,
      },
      async stop() {
        for (const socket of sockets) socket.destroy();
        await new Promise((resolve) => void server.close(resolve));
      },
    };
  },
};

const headerBytes = 16;
const opReply = 1;
const opQuery = 2004;
const opMsg = 2013;

function serve(socket: Socket): void {
  let waiting = Buffer.alloc(0);
  // The driver cuts connections as it likes.
  socket.on("error", () => {});
  socket.on("data", (chunk: Buffer) => {
    waiting = Buffer.concat([waiting, chunk]);
    while (waiting.length >= headerBytes && waiting.length >= waiting.readInt32LE(0)) {
      const length = waiting.readInt32LE(0);
      socket.write(answer(waiting.subarray(0, length)));
      waiting = waiting.subarray(length);
    }
  });
}

function answer(message: Buffer): Buffer {
  const requestId = message.readInt32LE(4);
  if (message.readInt32LE(12) === opQuery) {
    const fixed = Buffer.alloc(20);
    fixed.writeInt32LE(1, 16);
    return frame(opReply, requestId, Buffer.concat([fixed, BSON.serialize(replyTo("hello"))]));
  }
  // Flag bits, then a section of kind 0: the command.
  const [command = ""] = Object.keys(BSON.deserialize(message.subarray(headerBytes + 5, endOfCommand(message))));
  return frame(opMsg, requestId, Buffer.concat([Buffer.alloc(5), BSON.serialize(replyTo(command))]));
}

function endOfCommand(message: Buffer): number {
  return headerBytes + 5 + message.readInt32LE(headerBytes + 5);
}

function frame(opCode: number, responseTo: number, body: Buffer): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.writeInt32LE(headerBytes + body.length, 0);
  header.writeInt32LE(responseTo, 8);
  header.writeInt32LE(opCode, 12);
  return Buffer.concat([header, body]);
}

function replyTo(command: string): Record<string, unknown> {
  if (command === "hello" || command === "isMaster" || command === "ismaster")
    return {
      ok: 1,
      isWritablePrimary: true,
      ismaster: true,
      helloOk: true,
      maxBsonObjectSize: 16_777_216,
      maxMessageSizeBytes: 48_000_000,
      maxWriteBatchSize: 100_000,
      minWireVersion: 0,
      maxWireVersion: 21,
    };
  if (command === "find") return { ok: 1, cursor: { id: 0n, ns: "shop.people", firstBatch: [] } };
  return { ok: 1, n: 1 };
}
