// Generated from bfd.proto by scripts/proto.sh; do not edit.
/* eslint-disable */
import * as $protobuf from "protobufjs/minimal.js";
import Long = require("long");

/** Namespace svr. */
export namespace svr {

    /** Namespace v1. */
    namespace v1 {

        /**
         * Properties of a BfdMetadata.
         * @deprecated Use svr.v1.BfdMetadata.$Properties instead.
         */
        interface IBfdMetadata extends svr.v1.BfdMetadata.$Properties {
        }

        /** Represents a BfdMetadata. */
        class BfdMetadata {

            /**
             * Constructs a new BfdMetadata.
             * @param [properties] Properties to set
             */
            constructor(properties?: svr.v1.BfdMetadata.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** BfdMetadata router. */
            router: string;

            /** BfdMetadata node. */
            node: string;

            /** BfdMetadata pathId. */
            pathId: string;

            /** BfdMetadata sourceAddress. */
            sourceAddress: Uint8Array;

            /** BfdMetadata sourcePort. */
            sourcePort: number;

            /** BfdMetadata observedAddress. */
            observedAddress: Uint8Array;

            /** BfdMetadata observedPort. */
            observedPort: number;

            /** BfdMetadata keyIndex. */
            keyIndex?: (number|null);

            /** BfdMetadata bootCounter. */
            bootCounter: (number|Long);

            /** BfdMetadata failoverCounter. */
            failoverCounter: number;

            /** BfdMetadata serviceLoads. */
            serviceLoads: svr.v1.ServiceLoad.$Properties[];

            /** BfdMetadata echo. */
            echo?: (svr.v1.Echo.$Properties|null);

            /** BfdMetadata liveLoss. */
            liveLoss?: (number|null);

            /** BfdMetadata mtuProbe. */
            mtuProbe?: (svr.v1.MtuProbe.$Properties|null);

            /**
             * Encodes the specified BfdMetadata message. Does not implicitly {@link svr.v1.BfdMetadata.verify|verify} messages.
             * @param message BfdMetadata message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: svr.v1.BfdMetadata.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a BfdMetadata message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {svr.v1.BfdMetadata & svr.v1.BfdMetadata.$Shape} BfdMetadata
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): svr.v1.BfdMetadata & svr.v1.BfdMetadata.$Shape;
        }

        namespace BfdMetadata {

            /** Properties of a BfdMetadata. */
            interface $Properties {

                /** BfdMetadata router */
                router?: (string|null);

                /** BfdMetadata node */
                node?: (string|null);

                /** BfdMetadata pathId */
                pathId?: (string|null);

                /** BfdMetadata sourceAddress */
                sourceAddress?: (Uint8Array|null);

                /** BfdMetadata sourcePort */
                sourcePort?: (number|null);

                /** BfdMetadata observedAddress */
                observedAddress?: (Uint8Array|null);

                /** BfdMetadata observedPort */
                observedPort?: (number|null);

                /** BfdMetadata keyIndex */
                keyIndex?: (number|null);

                /** BfdMetadata bootCounter */
                bootCounter?: (number|Long|null);

                /** BfdMetadata failoverCounter */
                failoverCounter?: (number|null);

                /** BfdMetadata serviceLoads */
                serviceLoads?: (svr.v1.ServiceLoad.$Properties[]|null);

                /** BfdMetadata echo */
                echo?: (svr.v1.Echo.$Properties|null);

                /** BfdMetadata liveLoss */
                liveLoss?: (number|null);

                /** BfdMetadata mtuProbe */
                mtuProbe?: (svr.v1.MtuProbe.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a BfdMetadata. */
            type $Shape = svr.v1.BfdMetadata.$Properties;
        }

        /**
         * Properties of a ServiceLoad.
         * @deprecated Use svr.v1.ServiceLoad.$Properties instead.
         */
        interface IServiceLoad extends svr.v1.ServiceLoad.$Properties {
        }

        /** Represents a ServiceLoad. */
        class ServiceLoad {

            /**
             * Constructs a new ServiceLoad.
             * @param [properties] Properties to set
             */
            constructor(properties?: svr.v1.ServiceLoad.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ServiceLoad service. */
            service: string;

            /** ServiceLoad sessions. */
            sessions: number;

            /**
             * Encodes the specified ServiceLoad message. Does not implicitly {@link svr.v1.ServiceLoad.verify|verify} messages.
             * @param message ServiceLoad message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: svr.v1.ServiceLoad.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ServiceLoad message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {svr.v1.ServiceLoad & svr.v1.ServiceLoad.$Shape} ServiceLoad
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): svr.v1.ServiceLoad & svr.v1.ServiceLoad.$Shape;
        }

        namespace ServiceLoad {

            /** Properties of a ServiceLoad. */
            interface $Properties {

                /** ServiceLoad service */
                service?: (string|null);

                /** ServiceLoad sessions */
                sessions?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ServiceLoad. */
            type $Shape = svr.v1.ServiceLoad.$Properties;
        }

        /** EchoKind enum. */
        enum EchoKind {

            /** ECHO_KIND_UNSPECIFIED value */
            ECHO_KIND_UNSPECIFIED = 0,

            /** ECHO_KIND_REQUEST value */
            ECHO_KIND_REQUEST = 1,

            /** ECHO_KIND_REPLY value */
            ECHO_KIND_REPLY = 2
        }

        /**
         * Properties of an Echo.
         * @deprecated Use svr.v1.Echo.$Properties instead.
         */
        interface IEcho extends svr.v1.Echo.$Properties {
        }

        /** Represents an Echo. */
        class Echo {

            /**
             * Constructs a new Echo.
             * @param [properties] Properties to set
             */
            constructor(properties?: svr.v1.Echo.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Echo kind. */
            kind: svr.v1.EchoKind;

            /** Echo burst. */
            burst: number;

            /** Echo index. */
            index: number;

            /**
             * Encodes the specified Echo message. Does not implicitly {@link svr.v1.Echo.verify|verify} messages.
             * @param message Echo message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: svr.v1.Echo.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Echo message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {svr.v1.Echo & svr.v1.Echo.$Shape} Echo
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): svr.v1.Echo & svr.v1.Echo.$Shape;
        }

        namespace Echo {

            /** Properties of an Echo. */
            interface $Properties {

                /** Echo kind */
                kind?: (svr.v1.EchoKind|null);

                /** Echo burst */
                burst?: (number|null);

                /** Echo index */
                index?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Echo. */
            type $Shape = svr.v1.Echo.$Properties;
        }

        /**
         * Properties of a MtuProbe.
         * @deprecated Use svr.v1.MtuProbe.$Properties instead.
         */
        interface IMtuProbe extends svr.v1.MtuProbe.$Properties {
        }

        /** Represents a MtuProbe. */
        class MtuProbe {

            /**
             * Constructs a new MtuProbe.
             * @param [properties] Properties to set
             */
            constructor(properties?: svr.v1.MtuProbe.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** MtuProbe kind. */
            kind: svr.v1.EchoKind;

            /** MtuProbe number. */
            number: number;

            /** MtuProbe size. */
            size: number;

            /**
             * Encodes the specified MtuProbe message. Does not implicitly {@link svr.v1.MtuProbe.verify|verify} messages.
             * @param message MtuProbe message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: svr.v1.MtuProbe.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a MtuProbe message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {svr.v1.MtuProbe & svr.v1.MtuProbe.$Shape} MtuProbe
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): svr.v1.MtuProbe & svr.v1.MtuProbe.$Shape;
        }

        namespace MtuProbe {

            /** Properties of a MtuProbe. */
            interface $Properties {

                /** MtuProbe kind */
                kind?: (svr.v1.EchoKind|null);

                /** MtuProbe number */
                number?: (number|null);

                /** MtuProbe size */
                size?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a MtuProbe. */
            type $Shape = svr.v1.MtuProbe.$Properties;
        }
    }
}
