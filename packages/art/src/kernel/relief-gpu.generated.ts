/** Made by tool/build-kernels.ts from the reference. Do not edit. */

/** WGSL; gpu.ts adds the bindings and the entry point. */
export const reliefShader = `
var<private> SLOTS: array<i32, 32>;

fn low16(a: i32) -> i32 { return (a << 16u) >> 16u; }
fn halves16(low: i32, high: i32) -> i32 { return (low & 0xffff) | (high << 16u); }
fn dot16(a: i32, b: i32) -> i32 { return low16(a) * low16(b) + (a >> 16u) * (b >> 16u); }
fn sub16(a: i32, b: i32) -> i32 { return halves16(a - b, (a >> 16u) - (b >> 16u)); }
fn min16(a: i32, b: i32) -> i32 { return halves16(min(low16(a), low16(b)), min(a >> 16u, b >> 16u)); }
fn mul16(a: i32, b: i32) -> i32 {
  return halves16((low16(a) * low16(b) + 0x4000) >> 15u, ((a >> 16u) * (b >> 16u) + 0x4000) >> 15u);
}
fn shl16(a: i32, n: i32) -> i32 { return halves16(a << u32(n), (a >> 16u) << u32(n)); }
fn shr16(a: i32, n: i32) -> i32 { return halves16(low16(a) >> u32(n), (a >> 16u) >> u32(n)); }

fn onPlate_(plate_0: i32, x_1: i32, y_2: i32) -> bool {
  var halfWidth_3: i32 = memory[(plate_0) >> 2u];
  var halfHeight_4: i32 = memory[(((plate_0) + (4))) >> 2u];
  if (((memory[(((plate_0) + (8))) >> 2u]) != (0))) {
    return ((((((x_1) * (x_1))) + (((y_2) * (y_2))))) < (((halfWidth_3) * (halfWidth_3))));
  }
  return (((((x_1) < (halfWidth_3)) && ((x_1) >= (((0) - (halfWidth_3))))) && ((y_2) < (halfHeight_4))) && ((y_2) >= (((0) - (halfHeight_4)))));
}

fn clamp_(x_0: i32, low_1: i32, high_2: i32) -> i32 {
  return min(max(x_0, low_1), high_2);
}

fn splineIn_(nodes_0: i32, k_1: i32, fx_2: i32, fy_3: i32) -> i32 {
  var nodesAt_4: i32 = memory[(nodes_0) >> 2u];
  var left_5: i32 = ((((128) - (fx_2))) * (((128) - (fx_2))));
  var right_6: i32 = ((fx_2) * (fx_2));
  var middle_7: i32 = ((((32768) - (left_5))) - (right_6));
  var a_8: i32 = ((((((((left_5) * (memory[(((nodesAt_4) + (((k_1) << u32(2))))) >> 2u]))) + (((middle_7) * (memory[(((((nodesAt_4) + (((k_1) << u32(2))))) + (4))) >> 2u]))))) + (((right_6) * (memory[(((((nodesAt_4) + (((k_1) << u32(2))))) + (8))) >> 2u]))))) >> u32(12));
  var b_9: i32 = ((((((((left_5) * (memory[(((((nodesAt_4) + (((k_1) << u32(2))))) + (588))) >> 2u]))) + (((middle_7) * (memory[(((((nodesAt_4) + (((k_1) << u32(2))))) + (592))) >> 2u]))))) + (((right_6) * (memory[(((((nodesAt_4) + (((k_1) << u32(2))))) + (596))) >> 2u]))))) >> u32(12));
  var c_10: i32 = ((((((((left_5) * (memory[(((((nodesAt_4) + (((k_1) << u32(2))))) + (1176))) >> 2u]))) + (((middle_7) * (memory[(((((nodesAt_4) + (((k_1) << u32(2))))) + (1180))) >> 2u]))))) + (((right_6) * (memory[(((((nodesAt_4) + (((k_1) << u32(2))))) + (1184))) >> 2u]))))) >> u32(12));
  var top_11: i32 = ((((((128) - (fy_3))) * (((128) - (fy_3))))) >> u32(3));
  var bottom_12: i32 = ((((fy_3) * (fy_3))) >> u32(3));
  return ((((((((top_11) * (a_8))) + (((((((4096) - (top_11))) - (bottom_12))) * (b_9))))) + (((bottom_12) * (c_10))))) >> u32(12));
}

fn fieldAt_(field_0: i32, x_1: i32, y_2: i32) -> i32 {
  var nodes_3: i32 = field_0;
  var reachX_4: i32 = memory[(((field_0) + (8))) >> 2u];
  var reachY_5: i32 = memory[(((field_0) + (12))) >> 2u];
  var u_6: i32 = ((clamp_(x_1, ((0) - (reachX_4)), reachX_4)) + (9408));
  var v_7: i32 = ((clamp_(y_2, ((0) - (reachY_5)), reachY_5)) + (9408));
  return splineIn_(nodes_3, ((((((((((v_7) >> u32(7))) - (1))) * (147))) + (((u_6) >> u32(7))))) - (1)), ((u_6) & (127)), ((v_7) & (127)));
}

fn fadeOf_(t_0: i32) -> i32 {
  var square_1: i32 = dot16(t_0, t_0);
  var cube_2: i32 = ((dot16(((square_1) >> u32(13)), t_0)) >> u32(13));
  var rest_3: i32 = ((((((((((((square_1) << u32(2))) + (((square_1) << u32(1))))) >> u32(13))) - (((t_0) << u32(4))))) + (t_0))) + (81920));
  return ((((cube_2) * (rest_3))) >> u32(13));
}

fn finish_(mixed_0: i32) -> i32 {
  var h_1: i32 = mixed_0;
  h_1 = ((((h_1) ^ (bitcast<i32>(bitcast<u32>(h_1) >> u32(15))))) * (i32(-2048144789)));
  h_1 = ((((h_1) ^ (bitcast<i32>(bitcast<u32>(h_1) >> u32(13))))) * (i32(-1028477387)));
  return ((h_1) ^ (bitcast<i32>(bitcast<u32>(h_1) >> u32(16))));
}

fn noiseOf_(cellX_0: i32, cellY_1: i32, seed_2: i32, fx_3: i32, fy_4: i32) -> i32 {
  var u_5: i32 = fadeOf_(fx_3);
  var v_6: i32 = fadeOf_(fy_4);
  var left_7: i32 = ((cellX_0) * (668265261));
  var right_8: i32 = ((left_7) + (668265261));
  var s_9: i32 = ((((seed_2) + (1))) * (i32(-1640531535)));
  var row_10: i32 = ((cellY_1) * (374761393));
  var top_11: i32 = ((row_10) ^ (s_9));
  var bottom_12: i32 = ((((row_10) + (374761393))) ^ (s_9));
  var place_13: i32 = ((fx_3) | (((fy_4) << u32(16))));
  var a_14: i32 = ((dot16(memory[(((72) + (((((finish_(((left_7) ^ (top_11)))) & (15))) << u32(2))))) >> 2u], place_13)) >> u32(12));
  var b_15: i32 = ((dot16(memory[(((72) + (((((finish_(((right_8) ^ (top_11)))) & (15))) << u32(2))))) >> 2u], sub16(place_13, 8192))) >> u32(12));
  var c_16: i32 = ((dot16(memory[(((72) + (((((finish_(((left_7) ^ (bottom_12)))) & (15))) << u32(2))))) >> 2u], sub16(place_13, 536870912))) >> u32(12));
  var d_17: i32 = ((dot16(memory[(((72) + (((((finish_(((right_8) ^ (bottom_12)))) & (15))) << u32(2))))) >> 2u], sub16(place_13, 536879104))) >> u32(12));
  var ab_18: i32 = ((a_14) + (((dot16(((b_15) - (a_14)), u_5)) >> u32(13))));
  var cd_19: i32 = ((c_16) + (((dot16(((d_17) - (c_16)), u_5)) >> u32(13))));
  var n_20: i32 = ((ab_18) + (((dot16(((cd_19) - (ab_18)), v_6)) >> u32(13))));
  return ((((((n_20) << u32(1))) + (n_20))) >> u32(1));
}

fn noise_(x_0: i32, y_1: i32, seed_2: i32) -> i32 {
  return noiseOf_(((x_0) >> u32(13)), ((y_1) >> u32(13)), seed_2, ((x_0) & (8191)), ((y_1) & (8191)));
}

fn root_(n_0: i32) -> i32 {
  var rest_1: i32 = n_0;
  var result_2: i32 = 0;
  {
    var bit_3: i32 = 1073741824;
    loop {
      if (!(((bit_3) != (0)))) { break; }
      var trial_4: i32 = ((result_2) + (bit_3));
      result_2 = ((result_2) >> u32(1));
      if (((rest_1) >= (trial_4))) {
        rest_1 = ((rest_1) - (trial_4));
        result_2 = ((result_2) + (bit_3));
      }
      continuing {
        bit_3 = bitcast<i32>(bitcast<u32>(bit_3) >> u32(2));
      }
    }
  }
  return result_2;
}

fn distance_(x_0: i32, y_1: i32) -> i32 {
  return root_(((((x_0) * (x_0))) + (((y_1) * (y_1)))));
}

fn outside_(c_0: i32, i_1: i32, x_2: i32, y_3: i32) -> i32 {
  var stone_4: i32 = ((memory[(((c_0) + (36))) >> 2u]) + (((i_1) * (12))));
  var ragged_5: i32 = ((noise_(((((x_2) * (3))) >> u32(1)), ((((y_3) * (3))) >> u32(1)), ((((memory[(((c_0) + (12))) >> 2u]) + (40))) + (i_1)))) >> u32(4));
  return ((((distance_(((x_2) - (memory[(stone_4) >> 2u])), ((y_3) - (memory[(((stone_4) + (4))) >> 2u])))) + (ragged_5))) - (memory[(((stone_4) + (8))) >> 2u]));
}

fn nearest_(c_0: i32, x_1: i32, y_2: i32) -> i32 {
  var least_3: i32 = 32767;
  var index_4: i32 = i32(-1);
  {
    var i_5: i32 = 0;
    loop {
      if (!(((i_5) < (memory[(((c_0) + (40))) >> 2u])))) { break; }
      var away_6: i32 = outside_(c_0, i_5, x_1, y_2);
      if (((away_6) < (least_3))) {
        least_3 = away_6;
        index_4 = i_5;
      }
      continuing {
        i_5 = ((i_5) + (1));
      }
    }
  }
  return index_4;
}

fn fractal_(x_0: i32, y_1: i32, seed_2: i32, octaves_3: i32) -> i32 {
  var sum_4: i32 = 0;
  var px_5: i32 = x_0;
  var py_6: i32 = y_1;
  {
    var k_7: i32 = 0;
    loop {
      if (!(((k_7) < (octaves_3)))) { break; }
      sum_4 = ((sum_4) + (((noise_(px_5, py_6, ((seed_2) + (((k_7) * (17)))))) >> u32(k_7))));
      px_5 = ((((px_5) << u32(1))) + (1237));
      py_6 = ((((py_6) << u32(1))) - (911));
      continuing {
        k_7 = ((k_7) + (1));
      }
    }
  }
  return sum_4;
}

fn mul_(a_0: i32, b_1: i32) -> i32 {
  return ((((a_0) * (b_1))) >> u32(13));
}

fn rowAt_(c_0: i32, x_1: i32, y_2: i32) -> i32 {
  return ((((((((((mul_(x_1, memory[(((c_0) + (44))) >> 2u])) + (mul_(y_2, memory[(((c_0) + (48))) >> 2u])))) << u32(3))) + (fieldAt_(((c_0) + (204)), x_1, y_2)))) * (memory[(((c_0) + (76))) >> 2u]))) >> u32(4));
}

fn triangle_(phase_0: i32) -> i32 {
  var p_1: i32 = ((phase_0) & (8191));
  return select(((((8192) - (p_1))) * (2)), ((p_1) * (2)), ((p_1) < (4096)));
}

fn gravelAt_(c_0: i32, x_1: i32, y_2: i32) -> i32 {
  var pitch_3: i32 = ((16384) / (memory[(((c_0) + (76))) >> 2u]));
  var i_4: i32 = nearest_(c_0, x_1, y_2);
  var away_5: i32 = select(outside_(c_0, i_4, x_1, y_2), 32767, ((i_4) < (0)));
  if (((away_5) < (0))) {
    var size_6: i32 = memory[(((((memory[(((c_0) + (36))) >> 2u]) + (((i_4) * (12))))) + (8))) >> 2u];
    var up_7: i32 = min(((0) - (away_5)), size_6);
    return ((((((root_(((up_7) * (((((2) * (size_6))) - (up_7)))))) << u32(2))) + (((fractal_(((x_1) * (4)), ((y_2) * (4)), ((memory[(((c_0) + (12))) >> 2u]) + (44)), 3)) >> u32(5))))) + (600));
  }
  var w_8: i32 = triangle_(select(rowAt_(c_0, x_1, y_2), ((((away_5) * (8192))) / (pitch_3)), ((away_5) < (((pitch_3) * (memory[(((c_0) + (80))) >> 2u]))))));
  return mul_(mul_(w_8, w_8), ((((pitch_3) * (13))) / (4)));
}

fn duneAt_(row_0: i32, high_1: i32) -> i32 {
  var t_2: i32 = ((row_0) & (8191));
  var up_3: i32 = select(((((((8191) - (t_2))) * (8192))) / (2391)), ((((t_2) * (8192))) / (5800)), ((t_2) < (5800)));
  return mul_(high_1, select(mul_(up_3, ((((8192) + (up_3))) >> u32(1))), mul_(up_3, up_3), ((t_2) < (5800))));
}

fn carvedAt_(c_0: i32, x_1: i32, y_2: i32) -> i32 {
  var base_3: i32 = fieldAt_(((c_0) + (188)), x_1, y_2);
  if (((memory[(((c_0) + (32))) >> 2u]) == (0))) {
    return base_3;
  }
  return ((base_3) + (select(duneAt_(rowAt_(c_0, x_1, y_2), fieldAt_(((c_0) + (220)), x_1, y_2)), gravelAt_(c_0, x_1, y_2), ((memory[(((c_0) + (32))) >> 2u]) == (1)))));
}

fn rippleAt_(c_0: i32, x_1: i32, y_2: i32) -> i32 {
  var row_3: i32 = rowAt_(c_0, x_1, y_2);
  var t_4: i32 = ((row_3) & (8191));
  if (((t_4) >= (5800))) {
    return 0;
  }
  var up_5: i32 = ((((t_4) * (8192))) / (5800));
  var wave_6: i32 = triangle_(((((((row_3) * (9))) + (((noise_(((x_1) * (3)), ((y_2) * (3)), ((memory[(((c_0) + (12))) >> 2u]) + (31)))) >> u32(1))))) + (noise_(x_1, y_2, ((memory[(((c_0) + (12))) >> 2u]) + (32))))));
  return ((mul_(mul_(wave_6, memory[(((c_0) + (104))) >> 2u]), mul_(up_5, ((8192) - (up_5))))) >> u32(3));
}

fn surfaceAt_(c_0: i32, x_1: i32, y_2: i32) -> i32 {
  var height_3: i32 = carvedAt_(c_0, x_1, y_2);
  return select(height_3, ((height_3) + (rippleAt_(c_0, x_1, y_2))), ((memory[(((c_0) + (32))) >> 2u]) > (1)));
}

fn castAt_(c_0: i32, x_1: i32, y_2: i32) -> i32 {
  if ((((memory[(((c_0) + (32))) >> 2u]) == (1)) && (((memory[(((c_0) + (40))) >> 2u]) == (0)) || ((outside_(c_0, nearest_(c_0, x_1, y_2), x_1, y_2)) > (1400))))) {
    return 0;
  }
  var own_3: i32 = ((carvedAt_(c_0, x_1, y_2)) >> u32(3));
  var deepest_4: i32 = 0;
  {
    var d_5: i32 = 60;
    loop {
      if (!(((d_5) < (1100)))) { break; }
      var tx_6: i32 = ((x_1) + (mul_(memory[(((c_0) + (88))) >> 2u], d_5)));
      var ty_7: i32 = ((y_2) + (mul_(memory[(((c_0) + (92))) >> 2u], d_5)));
      if ((((memory[(((c_0) + (32))) >> 2u]) == (1)) && ((outside_(c_0, nearest_(c_0, tx_6, ty_7), tx_6, ty_7)) >= (0)))) {
        continue;
      }
      var above_8: i32 = ((((((carvedAt_(c_0, tx_6, ty_7)) >> u32(3))) - (own_3))) - (mul_(d_5, memory[(((c_0) + (100))) >> 2u])));
      deepest_4 = max(deepest_4, ((((above_8) * (8192))) / (((30) + (((d_5) >> u32(3)))))));
      continuing {
        d_5 = ((d_5) + (((40) + (((d_5) >> u32(2))))));
      }
    }
  }
  return min(deepest_4, 8192);
}

fn toneOf_(c_0: i32, x_1: i32, y_2: i32) -> i32 {
  var gx_3: i32 = clamp_(((((surfaceAt_(c_0, ((x_1) + (28)), y_2)) - (surfaceAt_(c_0, ((x_1) - (28)), y_2)))) << u32(4)), i32(-23000), 23000);
  var gy_4: i32 = clamp_(((((surfaceAt_(c_0, x_1, ((y_2) + (28)))) - (surfaceAt_(c_0, x_1, ((y_2) - (28)))))) << u32(4)), i32(-23000), 23000);
  var length_5: i32 = root_(((((((gx_3) * (gx_3))) + (((gy_4) * (gy_4))))) + (67108864)));
  var lit_6: i32 = clamp_(((((((((memory[(((c_0) + (96))) >> 2u]) - (mul_(gx_3, memory[(((c_0) + (88))) >> 2u])))) - (mul_(gy_4, memory[(((c_0) + (92))) >> 2u])))) * (8192))) / (length_5)), i32(-2000), 8192);
  var hidden_7: i32 = select(castAt_(c_0, x_1, y_2), ((fieldAt_(((c_0) + (252)), x_1, y_2)) >> u32(3)), ((memory[(((c_0) + (32))) >> 2u]) == (0)));
  return ((((((8192) - (lit_6))) + (mul_(hidden_7, 3000)))) + (clamp_(((fieldAt_(((c_0) + (236)), x_1, y_2)) >> u32(1)), i32(-1200), 2400)));
}

fn equalise_(quantiles_0: i32, v_1: i32) -> i32 {
  var quantilesAt_2: i32 = memory[(quantiles_0) >> 2u];
  var low_3: i32 = 0;
  {
    var half_4: i32 = 32;
    loop {
      if (!(((half_4) > (0)))) { break; }
      low_3 = ((low_3) + (select(0, half_4, ((memory[(((quantilesAt_2) + (((((low_3) + (half_4))) << u32(2))))) >> 2u]) <= (v_1)))));
      continuing {
        half_4 = ((half_4) >> u32(1));
      }
    }
  }
  var share_5: i32 = ((((low_3) << u32(7))) + (((((((v_1) - (memory[(((quantilesAt_2) + (((low_3) << u32(2))))) >> 2u]))) << u32(7))) / (((memory[(((((quantilesAt_2) + (((low_3) << u32(2))))) + (4))) >> 2u]) - (memory[(((quantilesAt_2) + (((low_3) << u32(2))))) >> 2u]))))));
  return select(select(share_5, 8191, ((v_1) >= (memory[(((quantilesAt_2) + (256))) >> 2u]))), 0, ((v_1) <= (memory[(quantilesAt_2) >> 2u])));
}

fn mix_(a_0: i32, b_1: i32, t_2: i32) -> i32 {
  return ((a_0) + (((((((b_1) - (a_0))) * (t_2))) >> u32(13))));
}

fn ramp0_(out_0: ptr<function, array<i32, 3>>, palette_1: i32, t_2: i32) {
  var paletteAt_3: i32 = memory[(palette_1) >> 2u];
  var p_4: i32 = ((clamp_(t_2, 0, 8191)) * (4));
  var from_5: i32 = ((paletteAt_3) + (((((p_4) >> u32(13))) << u32(3))));
  var fromAt_6: i32 = memory[(from_5) >> 2u];
  var to_7: i32 = ((((paletteAt_3) + (((((p_4) >> u32(13))) << u32(3))))) + (8));
  var toAt_8: i32 = memory[(to_7) >> 2u];
  var f_9: i32 = ((p_4) & (8191));
  (*out_0)[0] = ((memory[(fromAt_6) >> 2u]) + (((((((memory[(toAt_8) >> 2u]) - (memory[(fromAt_6) >> 2u]))) * (f_9))) >> u32(13))));
  (*out_0)[1] = ((memory[(((fromAt_6) + (4))) >> 2u]) + (((((((memory[(((toAt_8) + (4))) >> 2u]) - (memory[(((fromAt_6) + (4))) >> 2u]))) * (f_9))) >> u32(13))));
  (*out_0)[2] = ((memory[(((fromAt_6) + (8))) >> 2u]) + (((((((memory[(((toAt_8) + (8))) >> 2u]) - (memory[(((fromAt_6) + (8))) >> 2u]))) * (f_9))) >> u32(13))));
}

fn shadeRelief3_(c_0: i32, x_1: i32, y_2: i32, out_3: ptr<function, array<i32, 3>>) {
  var s_4: i32 = memory[(((c_0) + (12))) >> 2u];
  var raw_5: i32 = toneOf_(c_0, x_1, y_2);
  var share_6: i32 = equalise_(((c_0) + (276)), raw_5);
  var tone_7: i32 = mix_(clamp_(((raw_5) - (1500)), 0, 8192), mul_(share_6, mul_(share_6, share_6)), memory[(((c_0) + (112))) >> 2u]);
  var stone_8: bool = (((memory[(((c_0) + (40))) >> 2u]) > (0)) && ((outside_(c_0, nearest_(c_0, x_1, y_2), x_1, y_2)) < (0)));
  ramp0_(out_3, ((c_0) + (116)), select(mul_(tone_7, select(6200, 7400, ((memory[(((c_0) + (32))) >> 2u]) == (0)))), ((memory[(((c_0) + (84))) >> 2u]) + (mul_(tone_7, 3500))), stone_8));
  var cloud_9: i32 = fractal_(((x_1) << u32(1)), ((y_2) << u32(1)), ((s_4) + (60)), 3);
  var speck_10: i32 = select(((((noise_(((x_1) * (160)), ((y_2) * (160)), ((s_4) + (5)))) >> u32(5))) + (((noise_(((x_1) * (52)), ((y_2) * (52)), ((s_4) + (6)))) >> u32(6)))), ((noise_(((x_1) * (30)), ((y_2) * (30)), ((s_4) + (5)))) >> u32(7)), ((memory[(((c_0) + (32))) >> 2u]) == (0)));
  (*out_3)[0] = (((*out_3)[0]) + (mul_(((((cloud_9) >> u32(6))) + (speck_10)), memory[(((c_0) + (108))) >> 2u])));
}

fn paint0_(out_0: ptr<function, array<i32, 3>>, colour_1: i32) {
  var colourAt_2: i32 = memory[(colour_1) >> 2u];
  (*out_0)[0] = memory[(colourAt_2) >> 2u];
  (*out_0)[1] = memory[(((colourAt_2) + (4))) >> 2u];
  (*out_0)[2] = memory[(((colourAt_2) + (8))) >> 2u];
}

fn dim0_(out_0: ptr<function, array<i32, 3>>, k_1: i32) {
  (*out_0)[0] = (((((*out_0)[0]) * (k_1))) >> u32(13));
  (*out_0)[1] = (((((*out_0)[1]) * (k_1))) >> u32(13));
  (*out_0)[2] = (((((*out_0)[2]) * (k_1))) >> u32(13));
}

fn sheetShadow3_(plate_0: i32, x_1: i32, y_2: i32, out_3: ptr<function, array<i32, 3>>) {
  {
    var k_4: i32 = 0;
    loop {
      if (!(((k_4) < (6)))) { break; }
      var d_5: i32 = ((24) + (((k_4) * (24))));
      if (onPlate_(plate_0, ((x_1) - (d_5)), ((y_2) - (d_5)))) {
        dim0_(out_3, ((8192) - (((((6) - (k_4))) * (150)))));
        return;
      }
      continuing {
        k_4 = ((k_4) + (1));
      }
    }
  }
}

fn surroundRelief3_(c_0: i32, x_1: i32, y_2: i32, out_3: ptr<function, array<i32, 3>>) {
  sheetShadow3_(c_0, x_1, y_2, out_3);
}

fn cube_(c_0: i32) -> i32 {
  return ((((((((c_0) * (c_0))) >> u32(10))) * (c_0))) >> u32(12));
}

fn toLinear0_(out_0: ptr<function, array<i32, 3>>) {
  var L_1: i32 = ((clamp_((*out_0)[0], 0, 4096)) << u32(12));
  var a_2: i32 = clamp_((*out_0)[1], i32(-1400), 1400);
  var b_3: i32 = clamp_((*out_0)[2], i32(-1400), 1400);
  var l_4: i32 = cube_(((((((L_1) + (((1623) * (a_2))))) + (((884) * (b_3))))) >> u32(12)));
  var m_5: i32 = cube_(((((((L_1) - (((432) * (a_2))))) - (((262) * (b_3))))) >> u32(12)));
  var s_6: i32 = cube_(((((((L_1) - (((366) * (a_2))))) - (((5290) * (b_3))))) >> u32(12)));
  (*out_0)[0] = clamp_(((((((((16698) * (l_4))) - (((13549) * (m_5))))) + (((946) * (s_6))))) >> u32(12)), 0, 16384);
  (*out_0)[1] = clamp_(((((((((i32(-5196)) * (l_4))) + (((10690) * (m_5))))) - (((1399) * (s_6))))) >> u32(12)), 0, 16384);
  (*out_0)[2] = clamp_(((((((((i32(-17)) * (l_4))) - (((2881) * (m_5))))) + (((6995) * (s_6))))) >> u32(12)), 0, 16384);
}

fn sampleLight_(canvas_0: i32, X_1: i32, Y_2: i32, grain_3: i32, out_4: ptr<function, array<i32, 3>>) {
  var plate_5: i32 = canvas_0;
  var scale_6: i32 = memory[(((canvas_0) + (12))) >> 2u];
  var finish_7: i32 = ((canvas_0) + (28));
  var x_8: i32 = ((((X_1) * (scale_6))) >> u32(14));
  var y_9: i32 = ((((Y_2) * (scale_6))) >> u32(14));
  if (onPlate_(plate_5, x_8, y_9)) {
    shadeRelief3_(finish_7, x_8, y_9, out_4);
    if (((memory[(((canvas_0) + (24))) >> 2u]) != (0))) {
      (*out_4)[0] = clamp_((*out_4)[0], 0, 16384);
      (*out_4)[1] = clamp_((*out_4)[1], 0, 16384);
      (*out_4)[2] = clamp_((*out_4)[2], 0, 16384);
      return;
    }
    (*out_4)[0] = (((*out_4)[0]) + (grain_3));
  } else {
    paint0_(out_4, ((canvas_0) + (16)));
    (*out_4)[0] = (((((*out_4)[0]) + (((grain_3) >> u32(1))))) + (((noise_(X_1, Y_2, 3)) >> u32(9))));
    surroundRelief3_(finish_7, x_8, y_9, out_4);
  }
  toLinear0_(out_4);
}
`;
