// Generated from state.proto by scripts/proto.sh; do not edit.
/* eslint-disable */
import * as $protobuf from "protobufjs/minimal.js";
import Long = require("long");

/** Namespace svr. */
export namespace svr {

    /** Namespace v1. */
    namespace v1 {

        /** NodeRole enum. */
        enum NodeRole {

            /** NODE_ROLE_UNSPECIFIED value */
            NODE_ROLE_UNSPECIFIED = 0,

            /** NODE_ROLE_STANDBY value */
            NODE_ROLE_STANDBY = 1,

            /** NODE_ROLE_ACTIVE value */
            NODE_ROLE_ACTIVE = 2
        }

        /**
         * Properties of a NodeState.
         * @deprecated Use svr.v1.NodeState.$Properties instead.
         */
        interface INodeState extends svr.v1.NodeState.$Properties {
        }

        /** Represents a NodeState. */
        class NodeState {

            /**
             * Constructs a new NodeState.
             * @param [properties] Properties to set
             */
            constructor(properties?: svr.v1.NodeState.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** NodeState role. */
            role: svr.v1.NodeRole;

            /** NodeState priority. */
            priority: number;

            /** NodeState portsDown. */
            portsDown: number;

            /**
             * Encodes the specified NodeState message. Does not implicitly {@link svr.v1.NodeState.verify|verify} messages.
             * @param message NodeState message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: svr.v1.NodeState.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a NodeState message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {svr.v1.NodeState & svr.v1.NodeState.$Shape} NodeState
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): svr.v1.NodeState & svr.v1.NodeState.$Shape;
        }

        namespace NodeState {

            /** Properties of a NodeState. */
            interface $Properties {

                /** NodeState role */
                role?: (svr.v1.NodeRole|null);

                /** NodeState priority */
                priority?: (number|null);

                /** NodeState portsDown */
                portsDown?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a NodeState. */
            type $Shape = svr.v1.NodeState.$Properties;
        }

        /**
         * Properties of a PathState.
         * @deprecated Use svr.v1.PathState.$Properties instead.
         */
        interface IPathState extends svr.v1.PathState.$Properties {
        }

        /** Represents a PathState. */
        class PathState {

            /**
             * Constructs a new PathState.
             * @param [properties] Properties to set
             */
            constructor(properties?: svr.v1.PathState.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** PathState peer. */
            peer: string;

            /** PathState local. */
            local: Uint8Array;

            /** PathState remote. */
            remote: Uint8Array;

            /**
             * Encodes the specified PathState message. Does not implicitly {@link svr.v1.PathState.verify|verify} messages.
             * @param message PathState message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: svr.v1.PathState.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a PathState message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {svr.v1.PathState & svr.v1.PathState.$Shape} PathState
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): svr.v1.PathState & svr.v1.PathState.$Shape;
        }

        namespace PathState {

            /** Properties of a PathState. */
            interface $Properties {

                /** PathState peer */
                peer?: (string|null);

                /** PathState local */
                local?: (Uint8Array|null);

                /** PathState remote */
                remote?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a PathState. */
            type $Shape = svr.v1.PathState.$Properties;
        }

        /**
         * Properties of a SideState.
         * @deprecated Use svr.v1.SideState.$Properties instead.
         */
        interface ISideState extends svr.v1.SideState.$Properties {
        }

        /** Represents a SideState. */
        class SideState {

            /**
             * Constructs a new SideState.
             * @param [properties] Properties to set
             */
            constructor(properties?: svr.v1.SideState.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SideState globalInterfaceId. */
            globalInterfaceId: number;

            /** SideState vlan. */
            vlan: number;

            /** SideState source. */
            source: Uint8Array;

            /** SideState destination. */
            destination: Uint8Array;

            /** SideState sourcePort. */
            sourcePort: number;

            /** SideState destinationPort. */
            destinationPort: number;

            /** SideState protocol. */
            protocol: number;

            /** SideState nextHop. */
            nextHop: Uint8Array;

            /** SideState path. */
            path?: (svr.v1.PathState.$Properties|null);

            /** SideState nextSequence. */
            nextSequence: number;

            /** SideState receivedSequence. */
            receivedSequence?: (number|null);

            /**
             * Encodes the specified SideState message. Does not implicitly {@link svr.v1.SideState.verify|verify} messages.
             * @param message SideState message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: svr.v1.SideState.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SideState message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {svr.v1.SideState & svr.v1.SideState.$Shape} SideState
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): svr.v1.SideState & svr.v1.SideState.$Shape;
        }

        namespace SideState {

            /** Properties of a SideState. */
            interface $Properties {

                /** SideState globalInterfaceId */
                globalInterfaceId?: (number|null);

                /** SideState vlan */
                vlan?: (number|null);

                /** SideState source */
                source?: (Uint8Array|null);

                /** SideState destination */
                destination?: (Uint8Array|null);

                /** SideState sourcePort */
                sourcePort?: (number|null);

                /** SideState destinationPort */
                destinationPort?: (number|null);

                /** SideState protocol */
                protocol?: (number|null);

                /** SideState nextHop */
                nextHop?: (Uint8Array|null);

                /** SideState path */
                path?: (svr.v1.PathState.$Properties|null);

                /** SideState nextSequence */
                nextSequence?: (number|null);

                /** SideState receivedSequence */
                receivedSequence?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SideState. */
            type $Shape = svr.v1.SideState.$Properties;
        }

        /**
         * Properties of a ContextState.
         * @deprecated Use svr.v1.ContextState.$Properties instead.
         */
        interface IContextState extends svr.v1.ContextState.$Properties {
        }

        /** Represents a ContextState. */
        class ContextState {

            /**
             * Constructs a new ContextState.
             * @param [properties] Properties to set
             */
            constructor(properties?: svr.v1.ContextState.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ContextState source. */
            source: Uint8Array;

            /** ContextState destination. */
            destination: Uint8Array;

            /** ContextState sourcePort. */
            sourcePort: number;

            /** ContextState destinationPort. */
            destinationPort: number;

            /** ContextState protocol. */
            protocol: number;

            /**
             * Encodes the specified ContextState message. Does not implicitly {@link svr.v1.ContextState.verify|verify} messages.
             * @param message ContextState message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: svr.v1.ContextState.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ContextState message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {svr.v1.ContextState & svr.v1.ContextState.$Shape} ContextState
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): svr.v1.ContextState & svr.v1.ContextState.$Shape;
        }

        namespace ContextState {

            /** Properties of a ContextState. */
            interface $Properties {

                /** ContextState source */
                source?: (Uint8Array|null);

                /** ContextState destination */
                destination?: (Uint8Array|null);

                /** ContextState sourcePort */
                sourcePort?: (number|null);

                /** ContextState destinationPort */
                destinationPort?: (number|null);

                /** ContextState protocol */
                protocol?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ContextState. */
            type $Shape = svr.v1.ContextState.$Properties;
        }

        /**
         * Properties of a SessionState.
         * @deprecated Use svr.v1.SessionState.$Properties instead.
         */
        interface ISessionState extends svr.v1.SessionState.$Properties {
        }

        /** Represents a SessionState. */
        class SessionState {

            /**
             * Constructs a new SessionState.
             * @param [properties] Properties to set
             */
            constructor(properties?: svr.v1.SessionState.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SessionState uuid. */
            uuid: Uint8Array;

            /** SessionState service. */
            service: string;

            /** SessionState tenant. */
            tenant: string;

            /** SessionState sourceRouter. */
            sourceRouter: string;

            /** SessionState from. */
            from?: (svr.v1.SideState.$Properties|null);

            /** SessionState to. */
            to?: (svr.v1.SideState.$Properties|null);

            /** SessionState transitContext. */
            transitContext?: (svr.v1.ContextState.$Properties|null);

            /** SessionState tcpState. */
            tcpState: number;

            /** SessionState timeoutMs. */
            timeoutMs: number;

            /** SessionState createdAt. */
            createdAt: number;

            /** SessionState renewals. */
            renewals: number;

            /**
             * Encodes the specified SessionState message. Does not implicitly {@link svr.v1.SessionState.verify|verify} messages.
             * @param message SessionState message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: svr.v1.SessionState.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SessionState message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {svr.v1.SessionState & svr.v1.SessionState.$Shape} SessionState
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): svr.v1.SessionState & svr.v1.SessionState.$Shape;
        }

        namespace SessionState {

            /** Properties of a SessionState. */
            interface $Properties {

                /** SessionState uuid */
                uuid?: (Uint8Array|null);

                /** SessionState service */
                service?: (string|null);

                /** SessionState tenant */
                tenant?: (string|null);

                /** SessionState sourceRouter */
                sourceRouter?: (string|null);

                /** SessionState from */
                from?: (svr.v1.SideState.$Properties|null);

                /** SessionState to */
                to?: (svr.v1.SideState.$Properties|null);

                /** SessionState transitContext */
                transitContext?: (svr.v1.ContextState.$Properties|null);

                /** SessionState tcpState */
                tcpState?: (number|null);

                /** SessionState timeoutMs */
                timeoutMs?: (number|null);

                /** SessionState createdAt */
                createdAt?: (number|null);

                /** SessionState renewals */
                renewals?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SessionState. */
            type $Shape = svr.v1.SessionState.$Properties;
        }

        /**
         * Properties of a StoreChange.
         * @deprecated Use svr.v1.StoreChange.$Properties instead.
         */
        interface IStoreChange extends svr.v1.StoreChange.$Properties {
        }

        /** Represents a StoreChange. */
        class StoreChange {

            /**
             * Constructs a new StoreChange.
             * @param [properties] Properties to set
             */
            constructor(properties?: svr.v1.StoreChange.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** StoreChange kind. */
            kind: svr.v1.StoreChange.Kind;

            /** StoreChange key. */
            key: string;

            /** StoreChange value. */
            value: Uint8Array;

            /**
             * Encodes the specified StoreChange message. Does not implicitly {@link svr.v1.StoreChange.verify|verify} messages.
             * @param message StoreChange message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: svr.v1.StoreChange.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a StoreChange message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {svr.v1.StoreChange & svr.v1.StoreChange.$Shape} StoreChange
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): svr.v1.StoreChange & svr.v1.StoreChange.$Shape;
        }

        namespace StoreChange {

            /** Properties of a StoreChange. */
            interface $Properties {

                /** StoreChange kind */
                kind?: (svr.v1.StoreChange.Kind|null);

                /** StoreChange key */
                key?: (string|null);

                /** StoreChange value */
                value?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a StoreChange. */
            type $Shape = svr.v1.StoreChange.$Properties;

            /** Kind enum. */
            enum Kind {

                /** KIND_UNSPECIFIED value */
                KIND_UNSPECIFIED = 0,

                /** KIND_PUT value */
                KIND_PUT = 1,

                /** KIND_DELETED value */
                KIND_DELETED = 2,

                /** KIND_RESTARTED value */
                KIND_RESTARTED = 3,

                /** KIND_COMPLETE value */
                KIND_COMPLETE = 4
            }
        }
    }
}
