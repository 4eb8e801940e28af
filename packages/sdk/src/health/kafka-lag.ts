/** What is used of kafkajs' admin client. */
export interface KafkaAdminLike {
  fetchTopicOffsets(topic: string): Promise<readonly { partition: number; high: string; low: string }[]>;
  fetchOffsets(options: {
    groupId: string;
    topics: string[];
  }): Promise<readonly { partitions: readonly { partition: number; offset: string }[] }[]>;
}

/**
 * How many messages of a topic a consumer group has yet to commit, over all partitions: for `lagCheck`, or a collector. What a group
 * never committed counts from the oldest message kept.
 */
export function kafkaLag(admin: KafkaAdminLike, groupId: string, topic: string): () => Promise<number> {
  return async () => {
    const [ends, [committed]] = await Promise.all([
      admin.fetchTopicOffsets(topic),
      admin.fetchOffsets({ groupId, topics: [topic] }),
    ]);
    const offsets = new Map(committed?.partitions.map(({ partition, offset }) => [partition, BigInt(offset)]));
    let lag = 0n;
    for (const { partition, high, low } of ends) {
      const offset = offsets.get(partition) ?? -1n;
      lag += BigInt(high) - (offset < 0n ? BigInt(low) : offset);
    }
    return Number(lag);
  };
}
