/** Slots of a book that is empty. */
const SLOTS_MIN = 1_024;

/**
 * How often each of a number of packets was sent and delivered. A packet is known by a number of 1 to 2^53.
 * A hash table in columns with linear probing, never more than half full: nothing is made for a packet.
 */
export class PacketBook {
  /** 0 where a slot is free. */
  #packets = new Float64Array(SLOTS_MIN);
  #sent = new Uint32Array(SLOTS_MIN);
  #delivered = new Uint32Array(SLOTS_MIN);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(packet: number): boolean {
    return this.#packets[this.#slotOf(packet)] === packet;
  }

  /** Enters the packet if it is not there. */
  countSent(packet: number): void {
    if (!this.has(packet)) this.#enter(packet);
    this.#sent[this.#slotOf(packet)]++;
  }

  sent(packet: number): number {
    return this.#sent[this.#slotOf(packet)];
  }

  /** How often it has been delivered now. The packet must be there. */
  countDelivered(packet: number): number {
    return ++this.#delivered[this.#slotOf(packet)];
  }

  /** Where a packet is, or would be. */
  #slotOf(packet: number): number {
    const packets = this.#packets;
    const mask = packets.length - 1;
    let slot = (packet >>> 0) & mask;
    while (packets[slot] !== 0 && packets[slot] !== packet) slot = (slot + 1) & mask;
    return slot;
  }

  #enter(packet: number): void {
    if (2 * ++this.#size > this.#packets.length) this.#grow();
    this.#packets[this.#slotOf(packet)] = packet;
  }

  #grow(): void {
    const [packets, sent, delivered] = [this.#packets, this.#sent, this.#delivered];
    const slots = 2 * packets.length;
    this.#packets = new Float64Array(slots);
    this.#sent = new Uint32Array(slots);
    this.#delivered = new Uint32Array(slots);
    packets.forEach((packet, before) => {
      if (packet === 0) return;
      const slot = this.#slotOf(packet);
      this.#packets[slot] = packet;
      this.#sent[slot] = sent[before];
      this.#delivered[slot] = delivered[before];
    });
  }
}
