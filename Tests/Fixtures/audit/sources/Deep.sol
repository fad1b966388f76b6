// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

/// Too many ways to follow: each helper calls the next one twice.
contract Deep {
    uint256 public count;

    function start() external {
        step0(1);
    }

    function step0(uint256 n) private {
        require(n > 0, "none");
        step1(n + 1);
        step1(n + 1);
    }

    function step1(uint256 n) private {
        require(n > 0, "none");
        step2(n + 1);
        step2(n + 1);
    }

    function step2(uint256 n) private {
        require(n > 0, "none");
        step3(n + 1);
        step3(n + 1);
    }

    function step3(uint256 n) private {
        require(n > 0, "none");
        step4(n + 1);
        step4(n + 1);
    }

    function step4(uint256 n) private {
        require(n > 0, "none");
        step5(n + 1);
        step5(n + 1);
    }

    function step5(uint256 n) private {
        require(n > 0, "none");
        step6(n + 1);
        step6(n + 1);
    }

    function step6(uint256 n) private {
        require(n > 0, "none");
        step7(n + 1);
        step7(n + 1);
    }

    function step7(uint256 n) private {
        require(n > 0, "none");
        step8(n + 1);
        step8(n + 1);
    }

    function step8(uint256 n) private {
        require(n > 0, "none");
        step9(n + 1);
        step9(n + 1);
    }

    function step9(uint256 n) private {
        require(n > 0, "none");
        step10(n + 1);
        step10(n + 1);
    }

    function step10(uint256 n) private {
        require(n > 0, "none");
        step11(n + 1);
        step11(n + 1);
    }

    function step11(uint256 n) private {
        require(n > 0, "none");
        step12(n + 1);
        step12(n + 1);
    }

    function step12(uint256 n) private {
        require(n > 0, "none");
        step13(n + 1);
        step13(n + 1);
    }

    function step13(uint256 n) private {
        require(n > 0, "none");
        step14(n + 1);
        step14(n + 1);
    }

    function step14(uint256 n) private {
        require(n > 0, "none");
        step15(n + 1);
        step15(n + 1);
    }

    function step15(uint256 n) private {
        require(n > 0, "none");
        step16(n + 1);
        step16(n + 1);
    }

    function step16(uint256 n) private {
        require(n > 0, "none");
        step17(n + 1);
        step17(n + 1);
    }

    function step17(uint256 n) private {
        require(n > 0, "none");
        step18(n + 1);
        step18(n + 1);
    }

    function step18(uint256 n) private {
        require(n > 0, "none");
        step19(n + 1);
        step19(n + 1);
    }

    function step19(uint256 n) private {
        require(n > 0, "none");
        step20(n + 1);
        step20(n + 1);
    }

    function step20(uint256 n) private {
        require(n > 0, "none");
        step21(n + 1);
        step21(n + 1);
    }

    function step21(uint256 n) private {
        require(n > 0, "none");
        step22(n + 1);
        step22(n + 1);
    }

    function step22(uint256 n) private {
        require(n > 0, "none");
        step23(n + 1);
        step23(n + 1);
    }

    function step23(uint256 n) private {
        require(n > 0, "none");
        count += n;
    }
}
